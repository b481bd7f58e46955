import {
  LRNParameter_NormRegion,
  PoolingParameter_PoolMethod,
  type LayerParameter,
} from "../../caffe/index.js";
import { convolutionWindow } from "../layers/convolutionWindow.js";
import { poolingAxes } from "../layers/poolingAxis.js";
import type { PlannedLayer } from "../plan.js";
import type { DenseAxis, LayerWindow } from "./denseAxis.js";
import { noDenseForm } from "./noDenseForm.js";

/** Rows, then columns. */
export type Pair<Value> = readonly [Value, Value];

/** What a layer does with the values in its windows. */
export type SlidingKind = "convolution" | "innerProduct" | "maximum" | "average" | "withinChannel";

/** A layer that moves windows over its input. */
export interface Sliding {
  kind: SlidingKind;
  windows: Pair<LayerWindow>;
}

/**
 * The windows that a layer moves over its input.
 *
 * @returns undefined for a layer that looks at one place at a time
 * @throws HistobookError `Unsupported` for one whose windows have no dense form.
 */
export function layerWindows(planned: PlannedLayer, axes: Pair<DenseAxis>): Sliding | undefined {
  const { layer, bottoms, tops } = planned;
  const alongAxes = (window: (axis: 0 | 1) => LayerWindow): Pair<LayerWindow> => [window(0), window(1)];
  switch (layer.type) {
    case "Convolution": {
      const { kernel, stride, pad, dilation } = convolutionWindow(layer);
      const windows = alongAxes((axis) => ({
        kernel: kernel[axis],
        stride: stride[axis],
        pad: pad[axis],
        dilation: dilation[axis],
        output: tops[0][axis + 1],
      }));
      return { kind: "convolution", windows };
    }
    case "Pooling": {
      const planes = poolingAxes(layer, bottoms[0]);
      const isAverage = layer.poolingParam?.pool === PoolingParameter_PoolMethod.AVE;
      return {
        kind: isAverage ? "average" : "maximum",
        windows: alongAxes((axis) => ({ ...planes[axis], dilation: 1 })),
      };
    }
    case "InnerProduct": {
      if (tops[0].length !== 1) throw noDenseForm(layer, "an axis other than 1", "all of a window's values");
      const whole = (axis: 0 | 1): LayerWindow => {
        return { kernel: axes[axis].length, stride: 1, pad: 0, dilation: 1, output: 1 };
      };
      return { kind: "innerProduct", windows: alongAxes(whole) };
    }
    default: {
      if (!isWithinChannel(layer)) return undefined;
      const kernel = layer.lrnParam?.localSize ?? 5;
      const square = (axis: 0 | 1): LayerWindow => {
        return { kernel, stride: 1, pad: (kernel - 1) / 2, dilation: 1, output: axes[axis].length };
      };
      return { kind: "withinChannel", windows: alongAxes(square) };
    }
  }
}

/** Tells whether a layer's windows begin before its input does, so that it sees zeros there. */
export function isPadded({ layer, bottoms }: PlannedLayer): boolean {
  if (layer.type === "Convolution") return convolutionWindow(layer).pad.some((pad) => pad > 0);
  if (layer.type === "Pooling") return poolingAxes(layer, bottoms[0]).some(({ pad }) => pad > 0);
  return isWithinChannel(layer) && (layer.lrnParam?.localSize ?? 5) > 1;
}

function isWithinChannel(layer: LayerParameter): boolean {
  return layer.type === "LRN" && layer.lrnParam?.normRegion === LRNParameter_NormRegion.WITHIN_CHANNEL;
}
