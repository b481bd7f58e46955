import type { LayerParameter, MeanImage } from "../../caffe/index.js";
import { classifierEnds } from "../ends.js";
import type { NetworkPlan, PlannedLayer } from "../plan.js";
import {
  imageAxis,
  joinAxes,
  slide,
  type Beyond,
  type DenseAxis,
  type Joined,
  type MadeMap,
} from "./denseAxis.js";
import { isPadded, layerWindows, type Pair, type Sliding } from "./layerWindows.js";
import { noDenseForm } from "./noDenseForm.js";
import { checkPointwise } from "./pointwise.js";

/** One layer in the dense form. */
export type DenseLayer = Pick<PlannedLayer, "layer" | "bottoms"> & {
  /** Pixels between neighbouring values of its input. */
  step: Pair<number>;
} & (
    | ({ made: Pair<MadeMap[]> } & Sliding)
    /** Arithmetic that is the same at every place. */
    | { kind: "pointwise"; joined: Pair<Joined> }
    /** Nothing: a window's values are in one row for the layers behind it, not on the map. */
    | { kind: "flatten" }
  );

/** A network that classifies all windows of an image at once. */
export interface DensePlan {
  layers: DenseLayer[];
  /** The blobs in which the image goes in and the probabilities come out. */
  input: string;
  output: string;
  classes: number;
  /** By how many pixels the probabilities are fewer than the image's, along rows and columns. */
  extent: Pair<number>;
  /** How many of these pixels lie before the first window's corner. */
  before: Pair<number>;
  /** Why its probabilities differ from those of the windows one by one; empty when they are the same. */
  differences: string[];
}

/** A blob during planning. */
interface DenseBlob {
  axes: Pair<DenseAxis>;
  /** Some layer has put a window's values into one row. */
  isFlat: boolean;
}

/**
 * Turns a network that classifies windows into its dense (à trous) form, which computes them for a whole image at once:
 * strides become 1, the layers behind them take values that lie further apart, and a layer over all of a window's values
 * becomes a convolution (Long, Shelhamer and Darrell 2015; Giusti et al. 2013).
 *
 * Without zero padding it is exact, pooling windows that are cut at the window's end included. With padding it can't be:
 * where a window alone sees zeros, the dense form sees the image. A mean image counts by its channels' averages, since each
 * pixel stands at another place of each window.
 *
 * @throws HistobookError `Unsupported` for a network that has no dense form.
 * @example
 * const net = parseNet(deployNetTemplate({ size: 32 }), "example");
 * const { extent, before } = planDense(planNetwork(net, Phase.TEST, new Map()), null);
 * extent; // => [66, 66]
 * before; // => [14, 14]
 */
export function planDense(plan: NetworkPlan, mean: MeanImage | null): DensePlan {
  const { input, output, size, classes } = classifierEnds(plan, mean);
  const padding = plan.layers.filter(isPadded).map(({ layer }) => layer.name);
  const beyond: Beyond = padding.length > 0 ? "neighbours" : "border";
  const image: DenseBlob = { axes: [imageAxis(size), imageAxis(size)], isFlat: false };
  const blobs = new Map([[input, image]]);
  const layers: DenseLayer[] = [];
  for (const planned of plan.layers) {
    const { layer } = planned;
    const { dense, top } = planLayer(planned, layer.bottom.map((name) => blobs.get(name)!), beyond); // prettier-ignore
    layers.push(dense);
    layer.top.forEach((name) => blobs.set(name, top));
  }
  const [rows, columns] = blobs.get(output)!.axes;
  if (rows.length !== 1 || columns.length !== 1) {
    throw noDenseForm(plan.layers.at(-1)!.layer, "classes of several places", "one answer a window");
  }
  return {
    layers,
    input,
    output,
    classes,
    extent: [rows.extent, columns.extent],
    before: [-rows.origin, -columns.origin],
    differences: differencesOf(padding, mean),
  };
}

function planLayer(
  planned: PlannedLayer,
  inputs: readonly DenseBlob[],
  beyond: Beyond,
): { dense: DenseLayer; top: DenseBlob } {
  const { layer, bottoms, tops } = planned;
  const [{ axes, isFlat }] = inputs;
  const common = { layer, bottoms, step: [axes[0].step, axes[1].step] } as const;
  if (layer.type === "Flatten") {
    if (tops[0].length !== 1) throw noDenseForm(layer, "some of the axes", "all of a window's axes");
    return { dense: { ...common, kind: "flatten" }, top: { axes, isFlat: true } };
  }
  const sliding = layerWindows(planned, axes);
  if (sliding) {
    const [rows, columns] = ([0, 1] as const).map((axis) => slide(axes[axis], sliding.windows[axis], beyond));
    return {
      dense: { ...common, ...sliding, made: [rows.made, columns.made] },
      top: { axes: [rows.axis, columns.axis], isFlat: false },
    };
  }
  checkPointwise(planned, isFlat);
  const [rows, columns] = ([0, 1] as const).map((axis) => joinAxes(inputs.map((one) => one.axes[axis])));
  if (!rows || !columns) throw unlikeBranches(layer);
  return {
    dense: { ...common, kind: "pointwise", joined: [rows, columns] },
    top: { axes: [rows.axis, columns.axis], isFlat },
  };
}

function unlikeBranches(layer: LayerParameter): Error {
  return noDenseForm(layer, "branches whose values lie at different steps", "branches with the same strides");
}

function differencesOf(padding: readonly string[], mean: MeanImage | null): string[] {
  const differences: string[] = [];
  if (padding.length > 0) {
    const layers = padding.map((name) => `"${name}"`).join(", ");
    differences.push(
      `zero padding (${layers}): a window alone sees zeros beyond its border, the dense form sees the image`,
    );
  }
  if (mean && !isPlain(mean)) {
    differences.push(
      "a mean image that differs from pixel to pixel: the dense form subtracts each channel's average",
    );
  }
  return differences;
}

/** Tells whether a mean image has one value a channel. */
function isPlain({ channels, data }: MeanImage): boolean {
  const plane = data.length / channels;
  return data.every((value, i) => value === data[Math.floor(i / plane) * plane]);
}
