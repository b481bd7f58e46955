import { sameShapes, type LayerKind } from "./layer.js";

/** Caffe's DROPOUT: in training a value is kept with probability 1 - ratio and divided by it; in tests all are kept. */
export const dropout: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, layer, bottoms: [input], training, noise }) {
    if (!training) return [input];
    const kept = 1 - (layer.dropoutParam?.dropoutRatio ?? 0.5);
    const factors = tf.div(tf.floor(tf.add(noise(input.shape), kept)), kept);
    return [tf.mul(input, factors)];
  },
};
