import type { FillerParameter, LayerParameter } from "../../caffe/index.js";
import type { Layout } from "../layout.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { axisWithinImage, canonicalAxis, channelsFirst, channelsLast, isSameShape } from "./axes.js";
import {
  multipliers,
  sameShapes,
  unsupported,
  type LayerKind,
  type ParameterPlan,
  type Shape,
} from "./layer.js";

/** Which axes of its input a factor or an addend covers (Caffe's `axis` and `num_axes`). */
interface Coverage {
  axis: number;
  /** -1 for all that follow. */
  numAxes: number;
}

/**
 * Caffe's SCALE: its input times learned factors, one a channel by default, or times its second input; with
 * `bias_term`, learned addends are added.
 */
export const scale: LayerKind = {
  bottoms: [1, 2],
  shapes(layer, [bottom, factors]) {
    if (layer.bottom.length > 1) checkFactors(layer, scaleCoverage(layer).axis, bottom, factors);
    return [bottom];
  },
  parameters(layer, [bottom, factors]) {
    const { filler, biasTerm, biasFiller } = layer.scaleParam ?? {};
    const covers = scaleCoverage(layer);
    const plans = factors ? [] : [broadcastParameter(layer, 0, bottom, covers, filler, 1)];
    if (!biasTerm) return plans;
    // A second input covers the batch too, which a learned addend can't: it has one value for all images.
    if (factors) throw unsupported(layer, "bias_term with a second input", "a Bias layer of its own");
    return [...plans, broadcastParameter(layer, 1, bottom, covers, biasFiller, 0)];
  },
  run({ tf, bottoms: [input, given], parameters: [factors, addends] }) {
    if (given) return [tf.mul(input, broadcast(tf, given, input.rank))];
    const scaled = tf.mul(input, factors);
    return [(addends as Tensor | undefined) ? tf.add(scaled, addends) : scaled];
  },
};

/** Caffe's BIAS: its input plus learned addends, one a channel by default, or plus its second input. */
export const bias: LayerKind = {
  bottoms: [1, 2],
  shapes(layer, [bottom, addends]) {
    if (layer.bottom.length > 1) checkFactors(layer, layer.biasParam?.axis ?? 1, bottom, addends);
    return sameShapes(layer, [bottom]);
  },
  parameters(layer, [bottom, addends]) {
    if (layer.bottom.length > 1 && addends) return [];
    const { axis = 1, numAxes = 1, filler } = layer.biasParam ?? {};
    return [broadcastParameter(layer, 0, bottom, { axis, numAxes }, filler, 0)];
  },
  run: ({ tf, bottoms: [input, given], parameters: [addends] }) => [
    tf.add(input, (given as Tensor | undefined) ? broadcast(tf, given, input.rank) : addends),
  ],
};

function scaleCoverage(layer: LayerParameter): Coverage {
  const { axis = 1, numAxes = 1 } = layer.scaleParam ?? {};
  return { axis, numAxes };
}

/** A learned blob that covers some of its input's axes and is the same along the others. */
function broadcastParameter(
  layer: LayerParameter,
  index: number,
  bottom: Shape,
  { axis, numAxes }: Coverage,
  filler: FillerParameter | undefined,
  initial: number,
): ParameterPlan {
  // One number covers no axis, wherever it begins.
  const first = numAxes === 0 ? 1 : axisWithinImage(layer, axis, bottom);
  const end = numAxes === -1 ? bottom.length + 1 : first + numAxes;
  if (end > bottom.length + 1) {
    throw unsupported(layer, `num_axes: ${numAxes} from axis ${axis}`, `an input of that many axes`);
  }
  const shape = bottom.slice(first - 1, end - 1);
  const dimensions = bottom.map((length, at) => (at + 1 >= first && at + 1 < end ? length : 1));
  return {
    shape,
    layout: broadcastLayout(dimensions),
    filler,
    initial,
    ...multipliers(layer, index),
  };
}

function broadcastLayout(dimensions: number[]): Layout {
  const order = dimensions.length === 3 ? [1, 2, 0] : dimensions.map((_, axis) => axis);
  return { dimensions, order, tensorShape: order.map((axis) => dimensions[axis]) };
}

function checkFactors(layer: LayerParameter, axis: number, bottom: Shape, factors: Shape): void {
  if (canonicalAxis(layer, axis, bottom) !== 0) {
    throw unsupported(
      layer,
      `axis: ${axis} with a second input`,
      "axis: 0, since every blob has the batch's axis",
    );
  }
  if (isSameShape(factors, bottom.slice(0, factors.length))) return;
  throw unsupported(
    layer,
    `a second input of shape [${factors.join(", ")}]`,
    `the first of [${bottom.join(", ")}], its input's`,
  );
}

/** Gives a blob, which covers the first axes of another, as many axes as that one has. */
function broadcast(tf: TensorFlow, values: Tensor, axes: number): Tensor {
  const first = channelsFirst(tf, values);
  const shape = Array.from({ length: axes }, (_, axis) => first.shape[axis] ?? 1);
  return channelsLast(tf, tf.reshape(first, shape));
}
