import type { InnerProductParameter, LayerParameter } from "../../caffe/index.js";
import { sameLayout, type Layout } from "../layout.js";
import { axisWithinImage, channelsFirst, channelsLast, valuesIn } from "./axes.js";
import { multipliers, unsupported, type LayerKind, type ParameterPlan, type Shape } from "./layer.js";
import { addBias } from "./nativeOperations.js";

/**
 * Caffe's INNER_PRODUCT: a fully connected layer over all values of an image, or over those of the axes from `axis` on,
 * once for each place along the axes before it. `transpose` keeps its weights as inputs x outputs.
 */
export const innerProduct: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    return [[...bottom.slice(0, firstAxis(layer, bottom) - 1), parameterOf(layer).numOutput]];
  },
  parameters(layer, [bottom]) {
    const { numOutput: outputs, transpose, weightFiller, biasTerm, biasFiller } = parameterOf(layer);
    const summed = bottom.slice(firstAxis(layer, bottom) - 1);
    const inputs = valuesIn(summed);
    const weights: ParameterPlan = {
      shape: transpose ? [inputs, outputs] : [outputs, inputs],
      layout: weightLayout(outputs, summed, { transpose, isImage: bottom.length === 3 }),
      filler: weightFiller,
      ...multipliers(layer, 0),
    };
    if (!biasTerm) return [weights];
    const bias = { shape: [outputs], layout: sameLayout([outputs]), filler: biasFiller };
    return [weights, { ...bias, ...multipliers(layer, 1) }];
  },
  run({ tf, layer, shapes: [shape], bottoms, parameters }) {
    const kept = shape.slice(0, firstAxis(layer, shape) - 1);
    // The weights of a whole image lie in the order of its tensor; others take their inputs in Caffe's order.
    const ordered = kept.length === 0 ? bottoms[0] : channelsFirst(tf, bottoms[0]);
    const input = tf.reshape(ordered, [-1, valuesIn(shape.slice(kept.length))]);
    const products = tf.matMul(input, parameters[0]);
    const sums = parameters.length > 1 ? addBias(tf, products, parameters[1]) : products;
    if (kept.length === 0) return [sums];
    return [channelsLast(tf, tf.reshape(sums, [bottoms[0].shape[0], ...kept, parameterOf(layer).numOutput]))];
  },
};

/** Caffe flattens channels first, a NHWC tensor flattens them last: the weights are reordered instead. */
function weightLayout(
  outputs: number,
  summed: Shape,
  { transpose, isImage }: { transpose: boolean; isImage: boolean },
): Layout {
  const tensorShape = [valuesIn(summed), outputs];
  if (isImage && summed.length === 3) {
    return transpose
      ? { dimensions: [...summed, outputs], order: [1, 2, 0, 3], tensorShape }
      : { dimensions: [outputs, ...summed], order: [2, 3, 1, 0], tensorShape };
  }
  return transpose
    ? sameLayout(tensorShape)
    : { dimensions: [outputs, tensorShape[0]], order: [1, 0], tensorShape };
}

function firstAxis(layer: LayerParameter, bottom: Shape): number {
  return axisWithinImage(layer, parameterOf(layer).axis, bottom);
}

function parameterOf(layer: LayerParameter): InnerProductParameter {
  const parameter = layer.innerProductParam;
  if (!parameter || parameter.numOutput < 1) {
    throw unsupported(layer, "no num_output", "inner_product_param { num_output ... }");
  }
  return parameter;
}
