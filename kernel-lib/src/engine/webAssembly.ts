import { dirname, sep } from "node:path";
import type { Tensor4D } from "@tensorflow/tfjs";
import type { Engine } from "./engine.js";
import type { TensorFlow } from "./tensorflow.js";

/** Loads TensorFlow.js' WebAssembly backend (SIMD where the processor has it, one thread) and completes it. */
export async function loadWebAssembly(): Promise<Omit<Engine, "passedOver">> {
  const tf = (await import("@tensorflow/tfjs")) as TensorFlow;
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")) + sep);
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module could not be started");
  registerFilterGradient(tf);
  tf.enableProdMode();
  return { name: "wasm", description: "WebAssembly on one core of the processor (tfjs-backend-wasm)", tf };
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
        const all: Tensor4D = tf.conv2d(
          images as Tensor4D,
          filters as Tensor4D,
          1,
          "valid",
          "NHWC",
          dilation,
        );
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

/** Kernels receive bare tensor records; operations need tensors. */
function tensorOf(tf: TensorFlow, record: Tensor4D): Tensor4D {
  return tf.engine().makeTensorFromTensorInfo(record) as Tensor4D;
}
