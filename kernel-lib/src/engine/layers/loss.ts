import { LossParameter_NormalizationMode as Normalization, type LossParameter } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { canonicalAxis, channelRows, tensorAxis } from "./axes.js";
import { withGradient } from "./gradient.js";
import { isGiven, sameShapes, type LayerKind } from "./layer.js";
import { classCount } from "./labels.js";

/** The smallest normal float32: Caffe takes no logarithm of anything smaller. */
const smallestFloat = 1.1754943508222875e-38;

/** Caffe's SOFTMAX: probabilities over the classes, which lie along an axis, by default the channels'. */
export const softmax: LayerKind = {
  bottoms: 1,
  shapes(layer, bottoms) {
    canonicalAxis(layer, layer.softmaxParam?.axis ?? 1, bottoms[0]);
    return sameShapes(layer, bottoms);
  },
  run({ tf, layer, shapes, bottoms: [scores] }) {
    const axis = canonicalAxis(layer, layer.softmaxParam?.axis ?? 1, shapes[0]);
    return [softmaxAlong(tf, scores, tensorAxis(axis, scores.rank))];
  },
};

/**
 * Caffe's SOFTMAX_LOSS: the sum of -log(probability of the label), divided as `normalization` says, by default by the
 * number of labels; those of `ignore_label` count for nothing. Its gradient is (p - y) / the same number.
 */
export const softmaxLoss: LayerKind = {
  bottoms: 2,
  isLoss: true,
  shapes(layer, bottoms) {
    classCount(layer, bottoms, layer.softmaxParam?.axis ?? 1);
    // Caffe knows a second top, the probabilities, but its own check of loss weights refuses it.
    return [[]];
  },
  run({ tf, layer, shapes, bottoms }) {
    const loss = lossOf(tf, layer.lossParam, {
      scores: channelRows(tf, bottoms[0]),
      labels: tf.cast(tf.reshape(bottoms[1], [-1]), "int32"),
      classes: classCount(layer, shapes, layer.softmaxParam?.axis ?? 1),
      images: bottoms[0].shape[0],
    });
    return [loss];
  },
};

interface Labelled {
  /** A row of scores for each label. */
  scores: Tensor;
  labels: Tensor;
  classes: number;
  images: number;
}

function lossOf(
  tf: TensorFlow,
  parameter: LossParameter | undefined,
  { scores, labels, classes, images }: Labelled,
): Tensor {
  const ignored = isGiven(parameter, "ignoreLabel") ? parameter.ignoreLabel : undefined;
  const counts = ignored === undefined ? undefined : tf.cast(tf.notEqual(labels, ignored), "float32");
  const divisor = divisorOf(tf, parameter, { labels, images, counts });
  const ofLabels = tf.oneHot(labels, classes);
  return withGradient(tf, [scores], {
    forward([values]) {
      const probabilities = tf.softmax(values);
      const ofLabel = tf.sum(tf.mul(probabilities, ofLabels), 1);
      const logarithms = tf.log(tf.maximum(ofLabel, smallestFloat));
      const total = tf.sum(counts ? tf.mul(logarithms, counts) : logarithms);
      const differences = tf.sub(probabilities, ofLabels);
      const counted = counts ? tf.mul(differences, tf.reshape(counts, [-1, 1])) : differences;
      return { value: tf.neg(tf.div(total, divisor)), saved: [tf.div(counted, divisor)] };
    },
    backward: (upstream, [slopes]) => [tf.mul(upstream, slopes)],
  });
}

/** What Caffe divides the sum by (its `normalization`, formerly `normalize`); at least 1. */
function divisorOf(
  tf: TensorFlow,
  parameter: LossParameter | undefined,
  { labels, images, counts }: { labels: Tensor; images: number; counts: Tensor | undefined },
): Tensor | number {
  const isOldStyle = isGiven(parameter, "normalize") && !Object.hasOwn(parameter, "normalization");
  const ofBatch = isOldStyle && !parameter.normalize;
  const mode = ofBatch ? Normalization.BATCH_SIZE : (parameter?.normalization ?? Normalization.VALID);
  if (mode === Normalization.NONE) return 1;
  if (mode === Normalization.BATCH_SIZE) return images;
  return mode === Normalization.VALID && counts ? tf.maximum(tf.sum(counts), 1) : labels.size;
}

/** TensorFlow.js takes a softmax along the last axis alone. */
function softmaxAlong(tf: TensorFlow, scores: Tensor, axis: number): Tensor {
  const last = scores.rank - 1;
  if (axis === last) return tf.softmax(scores);
  const order = scores.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return tf.transpose(tf.softmax(tf.transpose(scores, order)), order);
}
