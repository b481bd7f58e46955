import { channelRows } from "./axes.js";
import { classCount } from "./labels.js";
import { isGiven, unsupported, type LayerKind } from "./layer.js";

/**
 * Caffe's ACCURACY: the share of the labels, [0,1], than whose score fewer than top_k others are as high or higher; a
 * draw counts against the label. Those of `ignore_label` are left out. A second top has the share of each class.
 */
export const accuracy: LayerKind = {
  bottoms: 2,
  shapes(layer, bottoms) {
    const { topK = 1, axis = 1 } = layer.accuracyParam ?? {};
    const classes = classCount(layer, bottoms, axis);
    if (topK > classes)
      throw unsupported(layer, `top_k: ${topK}`, `at most ${classes}, the number of classes`);
    return layer.top.length > 1 ? [[], [classes]] : [[]];
  },
  run({ tf, layer, shapes, bottoms }) {
    const parameter = layer.accuracyParam;
    const { topK = 1, axis = 1 } = parameter ?? {};
    const scores = channelRows(tf, bottoms[0]);
    const labels = tf.cast(tf.reshape(bottoms[1], [-1]), "int32");
    const ofLabels = tf.oneHot(labels, classCount(layer, shapes, axis));
    const ofLabel = tf.sum(tf.mul(scores, ofLabels), 1, true);
    const asHigh = tf.sum(tf.cast(tf.greaterEqual(scores, ofLabel), "int32"), 1);
    const hits = tf.cast(tf.lessEqual(asHigh, topK), "float32");
    const counts = isGiven(parameter, "ignoreLabel")
      ? tf.cast(tf.notEqual(labels, parameter.ignoreLabel), "float32")
      : tf.onesLike(hits);
    const counted = tf.mul(hits, counts);
    const share = tf.divNoNan(tf.sum(counted), tf.sum(counts));
    if (layer.top.length === 1) return [share];
    const each = tf.mul(ofLabels, tf.reshape(counts, [-1, 1]));
    const hitsEach = tf.sum(tf.mul(each, tf.reshape(hits, [-1, 1])), 0);
    return [share, tf.divNoNan(hitsEach, tf.sum(tf.cast(each, "float32"), 0))];
  },
};
