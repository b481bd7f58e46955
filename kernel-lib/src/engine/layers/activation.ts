import type { Tensor4D } from "@tensorflow/tfjs";
import { LRNParameter_NormRegion } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { spatial, unsupported, type LayerKind } from "./layer.js";

/** Caffe's RELU, with its optional negative_slope. */
export const rectifier: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run({ tf, layer, bottoms }) {
    const slope = layer.reluParam?.negativeSlope ?? 0;
    return [slope === 0 ? rectify(tf, bottoms[0]) : tf.leakyRelu(bottoms[0], slope)];
  },
};

/** TensorFlow.js' own gradient of relu takes eight operations on tfjs-node; this one takes three. */
function rectify(tf: TensorFlow, input: Tensor): Tensor {
  const withGradient = tf.customGrad((...values) => {
    const save = values[1] as unknown as (tensors: Tensor[]) => void;
    const output = tf.relu(values[0] as Tensor);
    save([output]);
    return {
      value: output,
      gradFunc: (upstream: Tensor, saved: Tensor[]) =>
        tf.mul(upstream, tf.cast(tf.greater(saved[0], 0), "float32")),
    };
  });
  return withGradient(input);
}

/** Caffe's SIGMOID. */
export const sigmoid: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run: ({ tf, bottoms }) => [tf.sigmoid(bottoms[0])],
};

/** Caffe's TANH. */
export const hyperbolicTangent: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run: ({ tf, bottoms }) => [tf.tanh(bottoms[0])],
};

/** Caffe's DROPOUT: in training a value is kept with probability 1 - ratio and divided by it; in tests all are kept. */
export const dropout: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run({ tf, layer, bottoms, training, seed }) {
    if (!training) return [bottoms[0]];
    return [tf.dropout(bottoms[0], layer.dropoutParam?.dropoutRatio ?? 0.5, undefined, seed)];
  },
};

/** Caffe's LRN across channels: x / (k + alpha / n * (sum of squares over n channels)) ^ beta. */
export const localResponseNormalization: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run({ tf, layer, shapes, bottoms }) {
    spatial(layer, shapes[0]);
    const { localSize = 5, alpha = 1, beta = 0.75, k = 1, normRegion } = layer.lrnParam ?? {};
    if (normRegion === LRNParameter_NormRegion.WITHIN_CHANNEL) {
      throw unsupported(layer, "norm_region: WITHIN_CHANNEL", "ACROSS_CHANNELS");
    }
    const radius = (localSize - 1) / 2;
    return [tf.localResponseNormalization(bottoms[0] as Tensor4D, radius, k, alpha / localSize, beta)];
  },
};
