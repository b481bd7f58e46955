import type { Tensor, TensorFlow } from "../tensorflow.js";
import { canonicalAxis, tensorAxis } from "./axes.js";
import { sameShapes, type LayerKind } from "./layer.js";

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

/** TensorFlow.js takes a softmax along the last axis alone. */
function softmaxAlong(tf: TensorFlow, scores: Tensor, axis: number): Tensor {
  const last = scores.rank - 1;
  if (axis === last) return tf.softmax(scores);
  const order = scores.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return tf.transpose(tf.softmax(tf.transpose(scores, order)), order);
}
