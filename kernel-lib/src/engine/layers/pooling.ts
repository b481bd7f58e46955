import type { Tensor4D } from "@tensorflow/tfjs";
import { PoolingParameter_PoolMethod } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { spatial, unsupported, type LayerKind } from "./layer.js";
import { averageFactors, poolingAxes, poolingMargin, type PoolingAxis } from "./poolingAxis.js";

/** Caffe's POOLING by maximum or average. */
export const pooling: LayerKind = {
  bottoms: 1,
  shapes(layer, [bottom]) {
    const [channels] = spatial(layer, bottom);
    const axes = poolingAxes(layer, bottom);
    if (axes.some(({ output }) => output < 1)) {
      throw unsupported(
        layer,
        `a window larger than its input of ${bottom.slice(1).join(" x ")}`,
        "a smaller kernel_size",
      );
    }
    if (axes.some(({ pad, kernel }) => pad >= kernel)) {
      throw unsupported(layer, "a pad as large as the window", "a pad below kernel_size");
    }
    return [[channels, ...axes.map(({ output }) => output)]];
  },
  run({ tf, layer, shapes, bottoms }) {
    const axes = poolingAxes(layer, shapes[0]);
    const input = bottoms[0] as Tensor4D;
    const isAverage = layer.poolingParam?.pool === PoolingParameter_PoolMethod.AVE;
    return [isAverage ? averagePool(tf, input, axes) : maximumPool(tf, input, axes)];
  },
};

// TensorFlow's "same" pooling leaves out what lies beyond the input; where it puts its windows at the same places, that
// is Caffe's arithmetic too, in one kernel.

function maximumPool(tf: TensorFlow, input: Tensor4D, axes: PoolingAxis[]): Tensor {
  const { kernel, stride } = windowsOf(axes);
  if (axes.every(isSame)) return tf.maxPool(input, kernel, stride, "same");
  return tf.maxPool(padTo(tf, input, axes, -3e38), kernel, stride, "valid");
}

/** Caffe's pooling by average over windows along rows and columns. */
export function averagePool(tf: TensorFlow, input: Tensor4D, axes: PoolingAxis[]): Tensor {
  const { kernel, stride } = windowsOf(axes);
  // The other backends' gradient divides by the whole window even where it is cut (TensorFlow.js 4.22).
  if (axes.every(isSame) && tf.getBackend() === "tensorflow") {
    return tf.avgPool(input, kernel, stride, "same");
  }
  const averages = tf.avgPool(padTo(tf, input, axes, 0), kernel, stride, "valid");
  const factors = tf.tensor4d(averageFactors(axes), [1, axes[0].output, axes[1].output, 1]);
  return tf.mul(averages, factors);
}

function windowsOf(axes: PoolingAxis[]): { kernel: [number, number]; stride: [number, number] } {
  const [rows, columns] = axes;
  return { kernel: [rows.kernel, columns.kernel], stride: [rows.stride, columns.stride] };
}

/** Tells whether TensorFlow's "same" pooling has the same windows, all its padding at the end. */
function isSame({ length, kernel, stride, pad, output }: PoolingAxis): boolean {
  const missing = Math.max((output - 1) * stride + kernel - length, 0);
  return pad === 0 && output === Math.ceil(length / stride) && missing <= 1;
}

function padTo(tf: TensorFlow, input: Tensor4D, axes: PoolingAxis[], value: number): Tensor4D {
  const margins = axes.map(poolingMargin);
  const whole = margins.flat().every((margin) => margin === 0);
  return whole ? input : tf.pad4d(input, [[0, 0], margins[0], margins[1], [0, 0]], value);
}
