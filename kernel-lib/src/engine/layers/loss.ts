import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import type { LayerParameter } from "../../caffe/index.js";
import { unsupported, type LayerKind, type Shape } from "./layer.js";

/** The smallest normal float32: Caffe takes no logarithm of anything smaller. */
const smallestFloat = 1.1754943508222875e-38;

/** Caffe's SOFTMAX: probabilities over the classes. */
export const softmax: LayerKind = {
  bottoms: 1,
  shapes: (_, bottoms) => bottoms,
  run: ({ tf, bottoms }) => [tf.softmax(bottoms[0])],
};

/**
 * Caffe's SOFTMAX_LOSS: the mean over the batch of -log(probability of the label), gradient (p - y) / batch.
 */
export const softmaxLoss: LayerKind = {
  bottoms: 2,
  isLoss: true,
  shapes(layer, [scores]) {
    classCount(layer, scores);
    if (layer.lossParam?.ignoreLabel) throw unsupported(layer, "ignore_label", "a loss over every label");
    return [[]];
  },
  run({ tf, layer, shapes, bottoms }) {
    const labels = tf.oneHot(bottoms[1], classCount(layer, shapes[0]));
    const loss = tf.customGrad((...values) => {
      const scores = values[0] as Tensor2D;
      const count = scores.shape[0];
      const save = values[values.length - 1] as unknown as (tensors: Tensor[]) => void;
      const probabilities = tf.softmax(scores);
      save([probabilities, labels]);
      const ofLabel = tf.sum(tf.mul(probabilities, labels), 1);
      return {
        value: tf.neg(tf.mean(tf.log(tf.maximum(ofLabel, smallestFloat)))),
        gradFunc: (upstream: Tensor, saved: Tensor[]) =>
          tf.mul(upstream, tf.div(tf.sub(saved[0], saved[1]), count)),
      };
    });
    return [loss(bottoms[0])];
  },
};

/** Caffe's ACCURACY: the share of the batch, [0,1], whose highest score is its label's. */
export const accuracy: LayerKind = {
  bottoms: 2,
  shapes(layer, [scores]) {
    classCount(layer, scores);
    if ((layer.accuracyParam?.topK ?? 1) !== 1) throw unsupported(layer, "top_k above 1", "top_k: 1");
    return [[]];
  },
  run({ tf, bottoms }) {
    const hits = tf.equal(tf.argMax(bottoms[0], 1), bottoms[1]);
    return [tf.mean(tf.cast(hits, "float32"))];
  },
};

function classCount(layer: LayerParameter, scores: Shape): number {
  if (scores.length === 1) return scores[0];
  throw unsupported(layer, `scores of shape [${scores.join(", ")}]`, "one score a class");
}
