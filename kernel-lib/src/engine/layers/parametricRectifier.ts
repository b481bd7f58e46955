import { sameLayout } from "../layout.js";
import type { Tensor, TensorFlow } from "../tensorflow.js";
import { withGradient } from "./gradient.js";
import { multipliers, sameShapes, unsupported, type LayerKind } from "./layer.js";

/** Caffe's PRELU: a rectifier that learns its slope below zero, one a channel, or one for all (`channel_shared`). */
export const parametricRectifier: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  parameters(layer, [bottom]) {
    if (bottom.length === 0) throw unsupported(layer, "an input of one number an image", "channels");
    const shape = layer.preluParam?.channelShared ? [] : [bottom[0]];
    const filler = layer.preluParam?.filler;
    return [{ shape, layout: sameLayout(shape), filler, initial: 0.25, ...multipliers(layer, 0) }];
  },
  run({ tf, bottoms, parameters }) {
    const output = withGradient(tf, [bottoms[0], parameters[0]], {
      forward([input, slopes]) {
        const below = tf.mul(tf.minimum(input, 0), alongChannels(tf, slopes, input.rank));
        return { value: tf.add(tf.relu(input), below), saved: [input, slopes] };
      },
      backward(upstream, [input, slopes]) {
        const slope = tf.add(tf.zerosLike(input), alongChannels(tf, slopes, input.rank));
        const toInput = tf.where(tf.greater(input, 0), upstream, tf.mul(upstream, slope));
        const products = tf.mul(upstream, tf.minimum(input, 0));
        return [toInput, sumToChannels(tf, products, slopes)];
      },
    });
    return [output];
  },
};

/** Channels are the last axis of images and of vectors, and the one before the last of blobs with three axes. */
function alongChannels(tf: TensorFlow, slopes: Tensor, axes: number): Tensor {
  return axes === 3 && slopes.rank === 1 ? tf.reshape(slopes, [-1, 1]) : slopes;
}

function sumToChannels(tf: TensorFlow, values: Tensor, slopes: Tensor): Tensor {
  if (slopes.rank === 0) return tf.sum(values);
  const channels = values.rank === 3 ? 1 : values.rank - 1;
  const others = values.shape.map((_, axis) => axis).filter((axis) => axis !== channels);
  return tf.sum(values, others);
}
