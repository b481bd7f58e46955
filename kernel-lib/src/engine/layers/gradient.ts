import type { Tensor, TensorFlow } from "../tensorflow.js";

/** An operation and its gradient, both written out. */
export interface Differentiable {
  /** The value, and what the gradient needs of the forward pass. */
  forward(inputs: Tensor[]): { value: Tensor; saved: Tensor[] };
  /** One gradient for each input, given the value's; of all other tensors only the saved ones still live. */
  backward(upstream: Tensor, saved: Tensor[]): Tensor[];
}

/**
 * Runs an operation whose gradient is Caffe's rather than the one that TensorFlow.js would derive: where the two
 * differ (at a kink, between equal values), or where the derived one takes many operations.
 */
export function withGradient(tf: TensorFlow, inputs: Tensor[], operation: Differentiable): Tensor {
  const run = tf.customGrad((...values) => {
    // The last argument keeps tensors for the gradient; TensorFlow.js' types don't know it.
    const save = values[inputs.length] as unknown as (tensors: Tensor[]) => void;
    const { value, saved } = operation.forward(values.slice(0, inputs.length) as Tensor[]);
    save(saved);
    return { value, gradFunc: (upstream: Tensor, kept: Tensor[]) => operation.backward(upstream, kept) };
  });
  return run(...inputs);
}
