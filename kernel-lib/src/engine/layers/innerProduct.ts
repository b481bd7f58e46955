import type { Tensor2D } from "@tensorflow/tfjs";
import type { InnerProductParameter, LayerParameter } from "../../caffe/index.js";
import { sameLayout, type Layout } from "../layout.js";
import { multipliers, unsupported, type LayerKind, type ParameterPlan, type Shape } from "./layer.js";

/** Caffe's INNER_PRODUCT: a fully connected layer over all values of its input. */
export const innerProduct: LayerKind = {
  bottoms: 1,
  shapes(layer) {
    return [[parameterOf(layer).numOutput]];
  },
  parameters(layer, [bottom]) {
    const parameter = parameterOf(layer);
    const outputs = parameter.numOutput;
    const inputs = bottom.reduce((product, length) => product * length, 1);
    const weights: ParameterPlan = {
      shape: [outputs, inputs],
      layout: weightLayout(outputs, inputs, bottom),
      filler: parameter.weightFiller,
      ...multipliers(layer, 0),
    };
    if (!parameter.biasTerm) return [weights];
    const bias = { shape: [outputs], layout: sameLayout([outputs]), filler: parameter.biasFiller };
    return [weights, { ...bias, ...multipliers(layer, 1) }];
  },
  run({ tf, bottoms, parameters }) {
    const [batch] = bottoms[0].shape;
    const input: Tensor2D = tf.reshape(bottoms[0], [batch, -1]);
    const sums = tf.matMul(input, parameters[0]);
    return [parameters.length > 1 ? tf.add(sums, parameters[1]) : sums];
  },
};

/** Caffe flattens channels first, a NHWC tensor flattens them last: the weights are reordered instead. */
function weightLayout(outputs: number, inputs: number, bottom: Shape): Layout {
  return bottom.length === 3
    ? { dimensions: [outputs, ...bottom], order: [2, 3, 1, 0], tensorShape: [inputs, outputs] }
    : { dimensions: [outputs, inputs], order: [1, 0], tensorShape: [inputs, outputs] };
}

function parameterOf(layer: LayerParameter): InnerProductParameter {
  const parameter = layer.innerProductParam;
  if (!parameter || parameter.numOutput < 1) {
    throw unsupported(layer, "no num_output", "inner_product_param { num_output ... }");
  }
  if (parameter.transpose) throw unsupported(layer, "transpose: true", "transpose: false");
  return parameter;
}
