import { sameShapes, type LayerKind } from "./layer.js";

/** Caffe's DROPOUT: in training a value is kept with probability 1 - ratio and divided by it; in tests all are kept. */
export const dropout: LayerKind = {
  bottoms: 1,
  shapes: sameShapes,
  run({ tf, layer, bottoms, training, seed }) {
    if (!training) return [bottoms[0]];
    return [tf.dropout(bottoms[0], layer.dropoutParam?.dropoutRatio ?? 0.5, undefined, seed)];
  },
};
