import type { NamedAttrMap, Tensor4D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensorflow.js";

const kernelName = "HistobookConvolution";

/** oneDNN adds up a filter's gradient over the whole batch in float32, image after image. */
const imagesTogether = 64;

/** Where a convolution's windows lie; TensorFlow's gradients know "same" and "valid" padding alone. */
export interface ConvolutionPlaces {
  strides: [number, number];
  pad: "same" | "valid";
}

/** Convolves images (N x rows x columns x channels) with filters (rows x columns x inputs x outputs). */
export function convolve(
  tf: TensorFlow,
  x: Tensor4D,
  filter: Tensor4D,
  { strides, pad }: ConvolutionPlaces,
): Tensor4D {
  return tf.engine().runKernel(kernelName, { x, filter }, attributesOf({ strides, pad }));
}

/**
 * Teaches the backend that runs a convolution whose filters' gradient is added up in parts of the batch.
 *
 * In parts, the sums of 128 images stay within what Caffe's own libraries differ by (3e-6 of a weight after the first
 * step of AdaGrad); as one they don't.
 */
export function registerConvolution(tf: TensorFlow): void {
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName)) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: (call) => tf.getKernel("Conv2D", backendName).kernelFunc(call),
  });
  if (tf.getGradient(kernelName)) return;
  tf.registerGradient({
    kernelName,
    inputsToSave: ["x", "filter"],
    gradFunc(upstream, saved, attributes) {
      const [x, filter] = saved as Tensor4D[];
      const dy = upstream as Tensor4D;
      return {
        x: () =>
          tf
            .engine()
            .runKernel("Conv2DBackpropInput", { dy, filter }, { ...attributes, inputShape: x.shape }),
        filter: () => filterGradient(tf, x, dy, { ...attributes, filterShape: filter.shape }),
      };
    },
  });
}

function filterGradient(tf: TensorFlow, x: Tensor4D, dy: Tensor4D, attributes: NamedAttrMap): Tensor4D {
  const count = x.shape[0];
  const parts = Math.ceil(count / imagesTogether);
  const length = Math.ceil(count / parts);
  const sizes = Array.from({ length: parts }, (_, part) => Math.min(length, count - part * length));
  const gradientOf = (images: Tensor4D, slopes: Tensor4D): Tensor4D =>
    tf.engine().runKernel("Conv2DBackpropFilter", { x: images, dy: slopes }, attributes);
  if (parts === 1) return gradientOf(x, dy);
  const slopes = tf.split<Tensor4D>(dy, sizes);
  return tf.addN(tf.split<Tensor4D>(x, sizes).map((images, part) => gradientOf(images, slopes[part])));
}

function attributesOf({ strides, pad }: ConvolutionPlaces): NamedAttrMap {
  return { strides, pad, dataFormat: "NHWC", dilations: [1, 1] };
}
