import type { Tensor, TensorFlow } from "./tensorflow.js";

/** The values of tensors, in their order; the tensors stay. */
export function valuesOf(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  return Promise.all(tensors.map((tensor) => tensor.data<"float32">()));
}

/** The values of tensors, in their order; the tensors are given back to the engine. */
export async function takeValues(tf: TensorFlow, tensors: readonly Tensor[]): Promise<Float32Array[]> {
  try {
    return await valuesOf(tensors);
  } finally {
    tf.dispose([...tensors]);
  }
}
