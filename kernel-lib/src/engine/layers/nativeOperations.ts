/** Operations that TensorFlow's library has and TensorFlow.js lacks, and what stands for them on the other backends. */
import { nativeBackendOf, runNative, type NativeOperation } from "../nativeBackend.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { withGradient } from "./gradient.js";

const toDouble: NativeOperation = { op: "Cast", types: { SrcT: "float32", DstT: "float64" } };
const toSingle: NativeOperation = { op: "Cast", types: { SrcT: "float64", DstT: "float32" } };

/**
 * The exponential, right to the last digit of float32; not differentiable.
 *
 * TensorFlow's own in float32 is an approximation whose errors all point the same way.
 */
export function exactExponential(tf: TensorFlow, values: Tensor): Tensor {
  return inDouble(tf, values, "Exp", Math.exp);
}

/** The natural logarithm, right to the last digit of float32; not differentiable. */
export function exactLogarithm(tf: TensorFlow, values: Tensor): Tensor {
  return inDouble(tf, values, "Log", Math.log);
}

function inDouble(tf: TensorFlow, values: Tensor, op: string, compute: (value: number) => number): Tensor {
  const native = nativeBackendOf(tf);
  if (native) return runNative(native, [values], [toDouble, { op, types: { T: "float64" } }, toSingle]);
  return tf.tensor((values.dataSync() as Float32Array).map(compute), values.shape);
}

/** A rectifier's gradient: the upstream one where its output is above zero. */
export function rectifierGradient(tf: TensorFlow, upstream: Tensor, output: Tensor): Tensor {
  const native = nativeBackendOf(tf);
  if (native) return runNative(native, [upstream, output], [{ op: "ReluGrad", types: { T: "float32" } }]);
  return tf.mul(upstream, tf.cast(tf.greater(output, 0), "float32"));
}

/** Adds a bias along the last axis; TensorFlow joins it to the convolution or product before it. */
export function addBias(tf: TensorFlow, values: Tensor, bias: Tensor): Tensor {
  const native = nativeBackendOf(tf);
  if (!native) return tf.add(values, bias);
  const types = { T: "float32" } as const;
  return withGradient(tf, [values, bias], {
    forward: (inputs) => ({ value: runNative(native, inputs, [{ op: "BiasAdd", types }]), saved: [] }),
    backward: (upstream) => [upstream, runNative(native, [upstream], [{ op: "BiasAddGrad", types }])],
  });
}
