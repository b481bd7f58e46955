import type { LayerParameter } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { unsupported, type Shape } from "./layer.js";

/**
 * Turns an axis of a prototxt, which may count from the end (-1 is the last), into one that counts from the batch's,
 * axis 0.
 *
 * @throws HistobookError `Unsupported` for an axis that the blob does not have.
 */
export function canonicalAxis(layer: LayerParameter, axis: number, shape: Shape): number {
  const axes = shape.length + 1;
  if (axis >= -axes && axis < axes) return axis < 0 ? axis + axes : axis;
  throw unsupported(layer, `axis: ${axis}`, `an axis of an input that has ${axes}`);
}

/**
 * An axis as `canonicalAxis` gives it, other than the batch's.
 *
 * @throws HistobookError `Unsupported`.
 */
export function axisWithinImage(layer: LayerParameter, axis: number, shape: Shape): number {
  const canonical = canonicalAxis(layer, axis, shape);
  if (canonical > 0) return canonical;
  throw unsupported(layer, `axis: ${axis}, the batch's`, "an axis of the images");
}

/** Where an axis of Caffe's (batch, channels, rows, columns) lies in a tensor of that many axes. */
export function tensorAxis(axis: number, axes: number): number {
  return axes === 4 ? [0, 3, 1, 2][axis] : axis;
}

/** Brings a tensor into the order of Caffe's blobs: channels before rows and columns. */
export function channelsFirst(tf: TensorFlow, tensor: Tensor): Tensor {
  return tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
}

/** Brings a tensor in the order of Caffe's blobs into the one in which layers take it: channels last. */
export function channelsLast(tf: TensorFlow, tensor: Tensor): Tensor {
  return tensor.rank === 4 ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor;
}

/** Brings a tensor into a matrix, a row for each place (image, row, column) and a column for each channel. */
export function channelRows(tf: TensorFlow, tensor: Tensor): Tensor {
  const { rank } = tensor;
  const others = tensor.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  // Images already have their channels last.
  const last = rank === 4 || rank < 3 ? tensor : tf.transpose(tensor, [...others, 1]);
  return tf.reshape(last, [-1, last.shape[rank - 1]]);
}

/** How many values a shape holds. */
export function valuesIn(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Tells whether two shapes are one. */
export function isSameShape(one: Shape, other: Shape): boolean {
  return one.length === other.length && one.every((length, axis) => length === other[axis]);
}
