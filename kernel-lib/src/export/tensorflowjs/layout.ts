import { reorder } from "../../engine/index.js";
import type { Constant } from "../graph.js";

/** For each axis of an image in TensorFlow (batch, rows, columns, channels), which of Caffe's it is. */
export const channelsLastOrder = [0, 2, 3, 1];

/** For each axis of an image in Caffe (batch, channels, rows, columns), which of TensorFlow's it is. */
export const channelsFirstOrder = [0, 3, 1, 2];

/** Tells whether a shape, which leaves the batch out, is an image's: only those lie otherwise in TensorFlow. */
export function isImage(shape: readonly number[]): boolean {
  return shape.length === 3;
}

/** An axis in TensorFlow; it counts from the batch's. */
export function tensorAxis(axis: number, shape: readonly number[]): number {
  return isImage(shape) ? channelsFirstOrder[axis] : axis;
}

/** A shape without the batch, in TensorFlow's order. */
export function tensorShape(shape: readonly number[]): number[] {
  if (!isImage(shape)) return [...shape];
  const [channels, ...others] = shape;
  return [...others, channels];
}

/** A constant's values in TensorFlow's order. */
export function tensorValues({ shape, data }: Constant): Float32Array {
  return isImage(shape) ? reorder(data, [...shape], [1, 2, 0]) : data;
}
