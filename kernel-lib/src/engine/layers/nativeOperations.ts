/** Operations that TensorFlow's library has and TensorFlow.js lacks, and what stands for them on the other backends. */
import { nativeBackendOf, runNative, type NativeOperation } from "../nativeBackend.js";
import type { Tensor4D } from "@tensorflow/tfjs";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { withGradient } from "./gradient.js";

const toDouble: NativeOperation = { op: "Cast", types: { SrcT: "float32", DstT: "float64" } };
const toSingle: NativeOperation = { op: "Cast", types: { SrcT: "float64", DstT: "float32" } };

/**
 * The exponential, right to the last digit of float32 (by WebGPU to a few of its last digits); not differentiable.
 *
 * TensorFlow's own in float32 is an approximation whose errors all point the same way.
 */
export function exactExponential(tf: TensorFlow, values: Tensor): Tensor {
  return inDouble(tf, values, { op: "Exp", inJavaScript: Math.exp, onGpu: tf.exp });
}

/** The natural logarithm, right to the last digit of float32 (by WebGPU as above); not differentiable. */
export function exactLogarithm(tf: TensorFlow, values: Tensor): Tensor {
  return inDouble(tf, values, { op: "Log", inJavaScript: Math.log, onGpu: tf.log });
}

interface ExactFunction {
  op: string;
  inJavaScript: (value: number) => number;
  /** WebGPU has no double precision, and nothing there can be read while the network runs: its own, to a few last digits. */
  onGpu: (values: Tensor) => Tensor;
}

function inDouble(tf: TensorFlow, values: Tensor, { op, inJavaScript, onGpu }: ExactFunction): Tensor {
  const native = nativeBackendOf(tf);
  if (native) return runNative(native, [values], [toDouble, { op, types: { T: "float64" } }, toSingle]);
  if (tf.getBackend() === "webgpu") return onGpu(values);
  return tf.tensor((values.dataSync() as Float32Array).map(inJavaScript), values.shape);
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

/**
 * Takes rows and columns off the ends of images (N x rows x columns x channels); not differentiable.
 *
 * On TensorFlow's library the ends are counted from behind, so that a graph which was recorded on small images takes large ones.
 */
export function cut(
  tf: TensorFlow,
  images: Tensor4D,
  [rows, columns]: readonly [rows: readonly [number, number], columns: readonly [number, number]],
): Tensor4D {
  const [[top, bottom], [left, right]] = [rows, columns];
  if (top + bottom + left + right === 0) return images;
  const native = nativeBackendOf(tf);
  if (!native) {
    const [count, height, width, channels] = images.shape;
    return tf.slice4d(
      images,
      [0, top, left, 0],
      [count, height - top - bottom, width - left - right, channels],
    );
  }
  const begin = tf.tensor1d([0, top, left, 0], "int32");
  const end = tf.tensor1d([0, -bottom, -right, 0], "int32");
  const steps = tf.tensor1d([1, 1, 1, 1], "int32");
  // A bit for each axis whose end is the images' own.
  const open = 0b1001 | (bottom === 0 ? 0b0010 : 0) | (right === 0 ? 0b0100 : 0);
  const slice = {
    op: "StridedSlice",
    types: { T: "float32", Index: "int32" },
    numbers: { begin_mask: 0, end_mask: open, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 },
  } as const;
  return runNative(native, [images, begin, end, steps], [slice]) as Tensor4D;
}
