import type { LayerParameter } from "../../caffe/index.js";
import { sameLayout } from "../layout.js";
import type { Tensor4D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorflow.js";
import { convolve, type ConvolutionPlaces } from "./convolutionKernel.js";
import { convolutionWindow, parameterOf } from "./convolutionWindow.js";
import { multipliers, spatial, unsupported, type LayerKind, type ParameterPlan } from "./layer.js";
import { addBias } from "./nativeOperations.js";

/** Caffe's CONVOLUTION: cross-correlation with zero padding, whole or in groups; output size rounds down. */
export const convolution: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    const [, height, width] = spatial(layer, bottom);
    const { kernel, stride, pad, dilation } = convolutionWindow(layer);
    const size = (length: number, axis: 0 | 1): number => {
      const extent = dilation[axis] * (kernel[axis] - 1) + 1;
      return Math.floor((length + 2 * pad[axis] - extent) / stride[axis]) + 1;
    };
    const shape = [parameterOf(layer).numOutput, size(height, 0), size(width, 1)];
    if (shape.some((length) => length < 1)) {
      throw unsupported(
        layer,
        `a window larger than its input of ${height} x ${width}`,
        "a smaller kernel_size",
      );
    }
    return [shape];
  },
  parameters(layer, [bottom]) {
    const parameter = parameterOf(layer);
    const [channels] = spatial(layer, bottom);
    const [height, width] = convolutionWindow(layer).kernel;
    const inputs = channels / groupsOf(layer, channels);
    const shape = [parameter.numOutput, inputs, height, width];
    const layout = {
      dimensions: shape,
      order: [2, 3, 1, 0],
      tensorShape: [height, width, inputs, shape[0]],
    };
    const weights: ParameterPlan = {
      shape,
      layout,
      filler: parameter.weightFiller,
      ...multipliers(layer, 0),
    };
    if (!parameter.biasTerm) return [weights];
    const biasShape = [parameter.numOutput];
    return [
      weights,
      {
        shape: biasShape,
        layout: sameLayout(biasShape),
        filler: parameter.biasFiller,
        ...multipliers(layer, 1),
      },
    ];
  },
  run({ tf, layer, bottoms, parameters }) {
    const { kernel, stride, pad, dilation } = convolutionWindow(layer);
    const keepsSize = [0, 1].every(
      (axis) => stride[axis] === 1 && 2 * pad[axis] === dilation[axis] * (kernel[axis] - 1),
    );
    let input = bottoms[0] as Tensor4D;
    // Backward kernels know "same" and "valid" only; other paddings are made by hand.
    if (!keepsSize && (pad[0] > 0 || pad[1] > 0)) {
      input = tf.pad4d(input, [[0, 0], [pad[0], pad[0]], [pad[1], pad[1]], [0, 0]]); // prettier-ignore
    }
    const filters = spread(tf, parameters[0] as Tensor4D, dilation);
    const groups = groupsOf(layer, input.shape[3]);
    const places = { strides: stride, pad: keepsSize ? "same" : "valid" } as const;
    const sums = convolveGroups(tf, input, filters, groups, places);
    return [parameters.length > 1 ? addBias(tf, sums, parameters[1]) : sums];
  },
};

/** Each group of filters sees its own share of the channels. */
function convolveGroups(
  tf: TensorFlow,
  input: Tensor4D,
  filters: Tensor4D,
  groups: number,
  places: ConvolutionPlaces,
): Tensor4D {
  if (groups === 1) return convolve(tf, input, filters, places);
  const inputs = tf.split<Tensor4D>(input, groups, 3);
  const sets = tf.split<Tensor4D>(filters, groups, 3);
  return tf.concat(
    inputs.map((one, group) => convolve(tf, one, sets[group], places)),
    3,
  );
}

/** Puts zeros between a filter's values: TensorFlow.js has no gradient of a convolution with gaps. */
function spread(tf: TensorFlow, filters: Tensor4D, [down, across]: [number, number]): Tensor4D {
  if (down === 1 && across === 1) return filters;
  const [height, width, inputs, outputs] = filters.shape;
  const [tall, wide] = [down * (height - 1) + 1, across * (width - 1) + 1];
  const rows = tf.pad3d(tf.reshape(filters, [height, 1, -1]), [[0, 0], [0, down - 1], [0, 0]]); // prettier-ignore
  const spacedRows = tf.slice2d(tf.reshape(rows, [height * down, -1]), [0, 0], [tall, -1]);
  const columns = tf.pad4d(tf.reshape(spacedRows, [tall, width, 1, -1]), [[0, 0], [0, 0], [0, across - 1], [0, 0]]); // prettier-ignore
  const spaced = tf.slice3d(tf.reshape(columns, [tall, width * across, -1]), [0, 0, 0], [tall, wide, -1]);
  return tf.reshape(spaced, [tall, wide, inputs, outputs]);
}

function groupsOf(layer: LayerParameter, channels: number): number {
  const { group, numOutput } = parameterOf(layer);
  if (group >= 1 && channels % group === 0 && numOutput % group === 0) return group;
  throw unsupported(layer, `group: ${group}`, `a divisor of ${channels} channels and ${numOutput} outputs`);
}
