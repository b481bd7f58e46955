import { LossParameter_NormalizationMode as Normalization, type LossParameter } from "../../caffe/index.js";
import { channelRows } from "./axes.js";
import { withGradient } from "./gradient.js";
import { classCount } from "./labels.js";
import { isGiven, type LayerKind } from "./layer.js";

/** The smallest normal float32: Caffe takes no logarithm of anything smaller. */
const smallestFloat = 1.1754943508222875e-38;

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
    const parameter = layer.lossParam;
    const ignored = isGiven(parameter, "ignoreLabel") ? parameter.ignoreLabel : undefined;
    const labels = bottoms[1].dataSync();
    const classes = classCount(layer, shapes, layer.softmaxParam?.axis ?? 1);
    const images = bottoms[0].shape[0];
    const loss = withGradient(tf, [channelRows(tf, bottoms[0])], {
      forward([rows]) {
        const found = softmaxLossOf(rows.dataSync() as Float32Array, labels, classes, {
          ignored,
          divisor: (counted) => divisorOf(parameter, { counted, labels: labels.length, images }),
        });
        return { value: tf.scalar(found.loss), saved: [tf.tensor(found.gradient, rows.shape)] };
      },
      backward: (upstream, [slopes]) => [tf.mul(upstream, slopes)],
    });
    return [loss];
  },
};

/** What decides a loss besides scores and labels. */
interface LossRules {
  /** A label that counts for nothing. */
  ignored?: number;
  /** What the sum is divided by, given how many labels counted. */
  divisor: (counted: number) => number;
}

/**
 * The loss of a batch and its gradient, in float32 and in Caffe's order of operations.
 *
 * TensorFlow's exponential is an approximation whose errors all point the same way; a few iterations later they have
 * moved the weights away from Caffe's by more than Caffe's own libraries differ. The scores are few, so they are
 * computed here.
 *
 * @param scores a row of `classes` for each label
 */
export function softmaxLossOf(
  scores: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  { ignored, divisor }: LossRules,
): { loss: number; gradient: Float32Array } {
  const { fround } = Math;
  const gradient = new Float32Array(scores);
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < labels.length; row++) {
    const slopes = gradient.subarray(row * classes, (row + 1) * classes);
    const label = labels[row];
    if (label === ignored) {
      slopes.fill(0);
      continue;
    }
    toProbabilities(slopes);
    sum = fround(sum - fround(Math.log(Math.max(slopes[label], smallestFloat))));
    slopes[label] -= 1;
    counted++;
  }
  const scale = fround(1 / divisor(counted));
  for (let i = 0; i < gradient.length; i++) gradient[i] *= scale;
  return { loss: fround(sum / divisor(counted)), gradient };
}

/** Replaces scores by their softmax. */
function toProbabilities(scores: Float32Array): void {
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp(Math.fround(scores[i] - highest));
    sum = Math.fround(sum + scores[i]);
  }
  for (let i = 0; i < scores.length; i++) scores[i] /= sum;
}

/** What Caffe divides the sum by (its `normalization`, formerly `normalize`); at least 1. */
function divisorOf(
  parameter: LossParameter | undefined,
  { counted, labels, images }: { counted: number; labels: number; images: number },
): number {
  const isOldStyle = isGiven(parameter, "normalize") && !Object.hasOwn(parameter, "normalization");
  const ofBatch = isOldStyle && !parameter.normalize;
  const mode = ofBatch ? Normalization.BATCH_SIZE : (parameter?.normalization ?? Normalization.VALID);
  if (mode === Normalization.NONE) return 1;
  if (mode === Normalization.BATCH_SIZE) return images;
  return mode === Normalization.VALID ? Math.max(counted, 1) : labels;
}
