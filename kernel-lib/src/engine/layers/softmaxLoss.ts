import { HistobookError } from "../../foundation/index.js";
import { LossParameter_NormalizationMode as Normalization, type LossParameter } from "../../caffe/index.js";
import { channelRows } from "./axes.js";
import { withGradient } from "./gradient.js";
import { classCount } from "./labels.js";
import { isGiven, type LayerKind } from "./layer.js";
import { exactExponential, exactLogarithm } from "./nativeOperations.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";

/** The smallest normal float32: Caffe takes no logarithm of anything smaller. */
const smallestFloat = 1.1754943508222875e-38;

/**
 * Caffe's SOFTMAX_LOSS: the sum of -log(probability of the label), divided as `normalization` says, by default by the
 * number of labels; those of `ignore_label` count for nothing. Its gradient is (p - y) / the same number.
 *
 * Where classes have weights, a label's loss and gradient are multiplied by its class', and divided as before (Caffe:
 * INFOGAIN_LOSS with these weights in its matrix' diagonal).
 */
export const softmaxLoss: LayerKind = {
  bottoms: 2,
  isLoss: true,
  shapes(layer, bottoms) {
    classCount(layer, bottoms, layer.softmaxParam?.axis ?? 1);
    // Caffe knows a second top, the probabilities, but its own check of loss weights refuses it.
    return [[]];
  },
  run({ tf, layer, shapes, bottoms, classWeights }) {
    const classes = classCount(layer, shapes, layer.softmaxParam?.axis ?? 1);
    const labels = tf.cast(tf.reshape(bottoms[1], [-1]), "int32");
    if (classWeights && classWeights.length !== classes)
      throw otherClasses(layer.name, classWeights, classes);
    const images = bottoms[0].shape[0];
    const parameter = layer.lossParam;
    const loss = withGradient(tf, [channelRows(tf, bottoms[0])], {
      forward([rows]) {
        const counts = isGiven(parameter, "ignoreLabel")
          ? tf.cast(tf.notEqual(labels, parameter.ignoreLabel), "float32")
          : tf.onesLike(tf.cast(labels, "float32"));
        const divisor = divisorOf(tf, parameter, counts, images);
        const ofLabels = tf.oneHot(labels, classes);
        const weights = classWeights && tf.sum(tf.mul(ofLabels, tf.tensor1d([...classWeights])), 1);
        const found = softmaxLossOf(tf, rows, ofLabels, counts, weights);
        return {
          value: tf.div(found.sum, divisor),
          saved: [tf.mul(found.slopes, tf.div(tf.scalar(1), divisor))],
        };
      },
      backward: (upstream, [slopes]) => [tf.mul(upstream, slopes)],
    });
    return [loss];
  },
};

/**
 * The sum of a batch's losses and its gradient, in float32 and in Caffe's order of operations.
 *
 * Both matter: a few iterations later, errors that all point the same way have moved the weights away from Caffe's by
 * more than Caffe's own libraries differ.
 *
 * @param scores a row for each label
 * @param ofLabels a row for each label: 1 in its class, else 0
 * @param counts 1 for each label that counts, else 0
 * @param weights how much each label counts; undefined for all alike
 */
function softmaxLossOf(
  tf: TensorFlow,
  scores: Tensor,
  ofLabels: Tensor,
  counts: Tensor,
  weights: Tensor | undefined,
): { sum: Tensor; slopes: Tensor } {
  const exponentials = exactExponential(tf, tf.sub(scores, tf.max(scores, 1, true)));
  const probabilities = tf.div(exponentials, sumInOrder(tf, exponentials));
  const ofLabel = tf.sum(tf.mul(probabilities, ofLabels), 1);
  // A label that counts but is no class makes the loss infinite, which stops the training.
  const isClass = tf.maximum(tf.sum(tf.cast(ofLabels, "float32"), 1), tf.sub(1, counts));
  const terms = tf.div(tf.neg(exactLogarithm(tf, tf.maximum(ofLabel, smallestFloat))), isClass);
  const factors = weights ? tf.mul(counts, weights) : counts;
  const sum = tf.reshape(sumInOrder(tf, tf.reshape(tf.mul(terms, factors), [1, -1])), []);
  const slopes = tf.mul(tf.sub(probabilities, ofLabels), tf.reshape(factors, [-1, 1]));
  return { sum, slopes };
}

function otherClasses(layer: string, weights: readonly number[], classes: number): HistobookError {
  return new HistobookError("BadInput", {
    subject: `layer "${layer}"`,
    found: `${weights.length} weights of classes`,
    expected: `${classes}, one for each of its scores`,
    fix: "give --class-weights as many numbers as the network has classes",
  });
}

/** The sum of each row, one value after the other, as Caffe adds. */
function sumInOrder(tf: TensorFlow, rows: Tensor): Tensor {
  const [count, length] = rows.shape;
  return tf.slice(tf.cumsum(rows, 1), [0, length - 1], [count, 1]);
}

/** What Caffe divides the sum by (its `normalization`, formerly `normalize`); at least 1. */
function divisorOf(
  tf: TensorFlow,
  parameter: LossParameter | undefined,
  counts: Tensor,
  images: number,
): Tensor {
  const isOldStyle = isGiven(parameter, "normalize") && !Object.hasOwn(parameter, "normalization");
  const ofBatch = isOldStyle && !parameter.normalize;
  const mode = ofBatch ? Normalization.BATCH_SIZE : (parameter?.normalization ?? Normalization.VALID);
  if (mode === Normalization.NONE) return tf.scalar(1);
  if (mode === Normalization.BATCH_SIZE) return tf.scalar(images);
  return mode === Normalization.VALID ? tf.maximum(tf.sum(counts), 1) : tf.scalar(counts.size);
}
