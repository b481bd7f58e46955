import type { Tensor4D } from "@tensorflow/tfjs";
import type { TensorFlow } from "./tensorflow.js";

/** Adds to TensorFlow.js' WebAssembly backend what training needs and the backend lacks or gets wrong. */
export function completeKernels(tf: TensorFlow): void {
  registerFilterGradient(tf);
  replaceMaximumGradient(tf);
}

interface FilterGradientInputs {
  x: Tensor4D;
  dy: Tensor4D;
}

interface FilterGradientAttributes {
  strides: [number, number] | number;
  pad: "same" | "valid";
  filterShape: [number, number, number, number];
}

/**
 * Adds the one kernel that the backend lacks for training: the gradient of a convolution's filters.
 *
 * That gradient is itself a convolution: of the input by the output's gradient, with images and channels
 * changing places.
 */
function registerFilterGradient(tf: TensorFlow): void {
  tf.registerKernel({
    kernelName: "Conv2DBackpropFilter",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as FilterGradientInputs;
      const { strides, pad, filterShape } = attrs as unknown as FilterGradientAttributes;
      const stride = typeof strides === "number" ? [strides, strides] : strides;
      return tf.tidy(() => {
        const input = tensorOf(tf, x);
        const gradient = tensorOf(tf, dy);
        const [before, after] = marginsOf(input, gradient, filterShape, stride, pad);
        const padded = tf.pad4d(input, [[0, 0], [before[0], after[0]], [before[1], after[1]], [0, 0]]); // prettier-ignore
        const images = tf.transpose(padded, [3, 1, 2, 0]);
        const filters = tf.transpose(gradient, [1, 2, 0, 3]);
        // A stride of the convolution is a dilation of its gradient.
        const dilation = stride as [number, number];
        const all: Tensor4D = tf.conv2d(images, filters, 1, "valid", "NHWC", dilation);
        const wanted = tf.slice4d(
          all,
          [0, 0, 0, 0],
          [filterShape[2], filterShape[0], filterShape[1], filterShape[3]],
        );
        return tf.transpose(wanted, [1, 2, 0, 3]);
      });
    },
  });
}

function marginsOf(
  input: Tensor4D,
  gradient: Tensor4D,
  filterShape: number[],
  stride: number[],
  pad: "same" | "valid",
): [number[], number[]] {
  if (pad === "valid") return [[0, 0], [0, 0]]; // prettier-ignore
  const totals = [0, 1].map((axis) => {
    const needed = (gradient.shape[axis + 1] - 1) * stride[axis] + filterShape[axis];
    return Math.max(needed - input.shape[axis + 1], 0);
  });
  const before = totals.map((total) => Math.floor(total / 2));
  return [before, totals.map((total, axis) => total - before[axis])];
}

/**
 * Kernels receive bare tensor records; operations need tensors.
 *
 * The new tensor is one more owner of the same memory: without counting it, its disposal would free the input.
 */
function tensorOf(tf: TensorFlow, record: Tensor4D): Tensor4D {
  tf.backend().incRef(record.dataId);
  return tf.engine().makeTensorFromTensorInfo(record) as Tensor4D;
}

interface MaximumGradientInputs {
  dy: Tensor4D;
  input: Tensor4D;
}

interface MaximumGradientAttributes {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: "same" | "valid" | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

/**
 * Replaces the gradient of maximum pooling: the backend's own (4.22) forgets windows in which nothing is positive.
 *
 * The first of several equal values takes the gradient, as in Caffe.
 */
function replaceMaximumGradient(tf: TensorFlow): void {
  const kernel = { kernelName: "MaxPoolGrad", backendName: "wasm" };
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel({
    ...kernel,
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, input } = inputs as unknown as MaximumGradientInputs;
      const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaximumGradientAttributes;
      const info = tf.backend_util.computePool2DInfo(
        input.shape,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      );
      const values = tf.backend().readSync(input.dataId) as Float32Array;
      const gradients = tf.backend().readSync(dy.dataId) as Float32Array;
      return tf.tensor4d(spreadToMaxima(values, gradients, info), input.shape);
    },
  });
}

type PoolInfo = ReturnType<TensorFlow["backend_util"]["computePool2DInfo"]>;

/** Gives each window's gradient to its largest value; several windows of one value add up. */
function spreadToMaxima(values: Float32Array, gradients: Float32Array, info: PoolInfo): Float32Array {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, strideHeight, strideWidth } = info;
  const result = new Float32Array(values.length);
  let next = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let y = 0; y < outHeight; y++) {
      const top = y * strideHeight - info.padInfo.top;
      const rows = [Math.max(top, 0), Math.min(top + info.filterHeight, inHeight)];
      for (let x = 0; x < outWidth; x++) {
        const left = x * strideWidth - info.padInfo.left;
        const columns = [Math.max(left, 0), Math.min(left + info.filterWidth, inWidth)];
        for (let channel = 0; channel < inChannels; channel++) {
          let largest = -Infinity;
          let place = -1;
          for (let row = rows[0]; row < rows[1]; row++) {
            let index = ((image * inHeight + row) * inWidth + columns[0]) * inChannels + channel;
            for (let column = columns[0]; column < columns[1]; column++, index += inChannels) {
              if (values[index] > largest) {
                largest = values[index];
                place = index;
              }
            }
          }
          if (place >= 0) result[place] += gradients[next];
          next++;
        }
      }
    }
  }
  return result;
}
