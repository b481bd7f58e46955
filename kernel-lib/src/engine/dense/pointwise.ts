import { isGiven } from "../layers/layerPlan.js";
import type { PlannedLayer } from "../plan.js";
import { noDenseForm } from "./noDenseForm.js";

/** Functions of single values. */
const curves = new Set([
  "AbsVal",
  "BNLL",
  "Dropout",
  "ELU",
  "Exp",
  "Log",
  "Power",
  "ReLU",
  "Sigmoid",
  "Split",
  "TanH",
]);

/** Layers that do the same with the channels of every place, if their axes are the channels'. */
const overChannels = new Set([
  "BatchNorm",
  "Bias",
  "Concat",
  "Eltwise",
  "LRN",
  "PReLU",
  "Scale",
  "Silence",
  "Slice",
  "Softmax",
]);

/**
 * Makes sure that a layer does the same at every place of a window, whatever lies beside it; such a layer runs on a map as
 * it runs on a window.
 *
 * @param isFlat whether its input is a window's values in one row
 * @throws HistobookError `Unsupported` for one that doesn't.
 */
export function checkPointwise(planned: PlannedLayer, isFlat: boolean): void {
  const { layer, bottoms, tops, parameters } = planned;
  if (!curves.has(layer.type) && !overChannels.has(layer.type)) {
    throw noDenseForm(layer, `type "${layer.type}"`, "layers that do the same at every place of a window");
  }
  if (isFlat && !curves.has(layer.type)) {
    throw noDenseForm(layer, "the values of a flattened window", "an InnerProduct behind the Flatten");
  }
  const { power = 1, scale = 1 } = layer.powerParam ?? {};
  if (layer.type === "Power" && power * scale === 0)
    throw noDenseForm(layer, "a constant", "a power of its input");
  const { batchNormParam } = layer;
  if (isGiven(batchNormParam, "useGlobalStats") && !batchNormParam.useGlobalStats) {
    throw noDenseForm(layer, "use_global_stats: false, statistics of the batch", "use_global_stats: true");
  }
  if (
    (layer.type === "Scale" || layer.type === "Bias") &&
    (bottoms.length > 1 || parameters.some(differsByPlace))
  ) {
    throw noDenseForm(layer, "factors or addends that are not one a channel", "axis: 1 and num_axes: 1");
  }
  const places = bottoms.at(0)?.slice(1).join();
  const keepsPlaces = tops.every((top) => top.slice(1).join() === places);
  const alongChannels =
    layer.type !== "Softmax" || [1, 1 - axesOf(planned)].includes(layer.softmaxParam?.axis ?? 1);
  if (!keepsPlaces || !alongChannels)
    throw noDenseForm(layer, "work along rows or columns", "axis: 1, the channels'");
}

function axesOf({ bottoms: [bottom] }: PlannedLayer): number {
  return bottom.length + 1;
}

/** Learned numbers that belong to places of a window: more than one along rows or columns. */
function differsByPlace({ layout: { tensorShape } }: PlannedLayer["parameters"][number]): boolean {
  return tensorShape.slice(0, -1).some((length) => length > 1);
}
