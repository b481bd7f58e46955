/**
 * How a blob of Caffe's lies in a tensor of TensorFlow's.
 *
 * Caffe puts channels before rows and columns (NCHW) and outputs before inputs (OIHW); TensorFlow's fast
 * kernels want channels last (NHWC) and outputs last (HWIO). Files keep Caffe's order; only tensors differ.
 */
export interface Layout {
  /** The blob's dimensions, the slowest first, split as far as the reordering needs. */
  dimensions: number[];
  /** For each dimension of the tensor, which of `dimensions` it is. */
  order: number[];
  /** The tensor's shape after reordering. */
  tensorShape: number[];
}

/** A blob that is the same in both, such as a bias. */
export function sameLayout(shape: number[]): Layout {
  return { dimensions: shape, order: shape.map((_, axis) => axis), tensorShape: shape };
}

/** Brings a blob's values into its tensor's order. */
export function toTensorOrder(values: Float32Array, layout: Layout): Float32Array {
  return reorder(values, layout.dimensions, layout.order);
}

/** Brings a tensor's values back into its blob's order. */
export function toBlobOrder(values: Float32Array, layout: Layout): Float32Array {
  const dimensions = layout.order.map((axis) => layout.dimensions[axis]);
  const inverse: number[] = [];
  layout.order.forEach((axis, position) => (inverse[axis] = position));
  return reorder(values, dimensions, inverse);
}

/**
 * Transposes a dense array: axis `i` of the result is axis `order[i]` of the values.
 *
 * @example
 * reorder(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3], [1, 0]); // => Float32Array [1, 4, 2, 5, 3, 6]
 */
export function reorder(values: Float32Array, dimensions: number[], order: number[]): Float32Array {
  const strides = new Array<number>(dimensions.length);
  let stride = 1;
  for (let axis = dimensions.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dimensions[axis];
  }
  const lengths = order.map((axis) => dimensions[axis]);
  const steps = order.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  const index = new Uint32Array(lengths.length);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = values[source];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      source += steps[axis];
      if (++index[axis] < lengths[axis]) break;
      source -= steps[axis] * lengths[axis];
      index[axis] = 0;
    }
  }
  return result;
}
