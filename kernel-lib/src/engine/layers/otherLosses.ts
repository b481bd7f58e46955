import { HingeLossParameter_Norm as Norm } from "../../caffe/index.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { channelsFirst, valuesIn } from "./axes.js";
import { withGradient } from "./gradient.js";
import { unsupported, type LayerKind } from "./layer.js";

/**
 * Caffe's HINGE_LOSS, one against all: the sum of max(0, 1 - score) of the label and max(0, 1 + score) of every other
 * class (`norm: L1`), or of their squares (`L2`), divided by the number of images.
 */
export const hingeLoss: LayerKind = {
  bottoms: 2,
  isLoss: true,
  shapes(layer, [, labels]) {
    if (valuesIn(labels) !== 1) throw unsupported(layer, "several labels an image", "one label an image");
    return [[]];
  },
  run({ tf, layer, bottoms }) {
    const isL2 = layer.hingeLossParam?.norm === Norm.L2;
    const scores = rowsOf(tf, bottoms[0]);
    const [images, classes] = scores.shape;
    const labels = tf.cast(tf.reshape(bottoms[1], [-1]), "int32");
    // -1 for the label's score, 1 for the others'.
    const signs = tf.sub(1, tf.mul(tf.cast(tf.oneHot(labels, classes), "float32"), 2));
    const loss = withGradient(tf, [scores], {
      forward([values]) {
        const margins = tf.relu(tf.add(tf.mul(values, signs), 1));
        const slopes = isL2 ? tf.mul(margins, 2) : tf.sign(margins);
        return {
          value: tf.div(tf.sum(isL2 ? tf.square(margins) : margins), images),
          saved: [tf.div(tf.mul(slopes, signs), images)],
        };
      },
      backward: (upstream, [slopes]) => [tf.mul(upstream, slopes)],
    });
    return [loss];
  },
};

/** Caffe's EUCLIDEAN_LOSS: the sum of squared differences of two blobs, divided by twice the number of images. */
export const euclideanLoss: LayerKind = {
  bottoms: 2,
  isLoss: true,
  shapes(layer, [one, other]) {
    if (valuesIn(one) === valuesIn(other)) return [[]];
    throw unsupported(
      layer,
      `inputs of shapes [${one.join(", ")}] and [${other.join(", ")}]`,
      "as many values in one as in the other",
    );
  },
  run({ tf, bottoms }) {
    const [one, other] = bottoms.map((blob) => tf.cast(rowsOf(tf, blob), "float32"));
    return [tf.div(tf.sum(tf.square(tf.sub(one, other))), 2 * one.shape[0])];
  },
};

/** A row of values, in Caffe's order, for each image. */
function rowsOf(tf: TensorFlow, blob: Tensor): Tensor {
  return tf.reshape(channelsFirst(tf, blob), [blob.shape[0], -1]);
}
