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
    const classes = classCount(layer, shapes[0]);
    const labels = bottoms[1].dataSync();
    const loss = tf.customGrad((...values) => {
      const scores = values[0] as Tensor2D;
      const save = values[values.length - 1] as unknown as (tensors: Tensor[]) => void;
      const found = softmaxLossOf(scores.dataSync() as Float32Array, labels, classes);
      const gradient = tf.tensor2d(found.gradient, scores.shape);
      save([gradient]);
      return {
        value: tf.scalar(found.loss),
        gradFunc: (upstream: Tensor, saved: Tensor[]) => tf.mul(upstream, saved[0]),
      };
    });
    return [loss(bottoms[0])];
  },
};

/**
 * The loss of a batch and its gradient, in float32 and in Caffe's order of operations.
 *
 * TensorFlow's exponential is an approximation whose errors all point the same way; a few iterations later they have
 * moved the weights away from Caffe's by more than Caffe's own libraries differ. The scores are few, so they are
 * computed here.
 */
export function softmaxLossOf(
  scores: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): { loss: number; gradient: Float32Array } {
  const { fround } = Math;
  const count = scores.length / classes;
  const gradient = new Float32Array(scores.length);
  const scale = fround(1 / count);
  let loss = 0;
  for (let row = 0; row < count; row++) {
    const start = row * classes;
    const probabilities = gradient.subarray(start, start + classes);
    probabilities.set(scores.subarray(start, start + classes));
    const highest = probabilities.reduce((most, score) => Math.max(most, score));
    let sum = 0;
    for (let i = 0; i < classes; i++) {
      probabilities[i] = Math.exp(fround(probabilities[i] - highest));
      sum = fround(sum + probabilities[i]);
    }
    for (let i = 0; i < classes; i++) probabilities[i] /= sum;
    const label = labels[row];
    loss = fround(loss - fround(Math.log(Math.max(probabilities[label], smallestFloat))));
    probabilities[label] -= 1;
    for (let i = 0; i < classes; i++) probabilities[i] *= scale;
  }
  return { loss: fround(loss / count), gradient };
}

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
