import type { LayerKind } from "./layer.js";

/** Caffe's SPLIT: one blob under several names; their gradients add up. */
export const split: LayerKind = {
  bottoms: 1,
  shapes: (layer, [bottom]) => layer.top.map(() => bottom),
  run: ({ layer, bottoms: [input] }) => layer.top.map(() => input),
};

/** Caffe's SILENCE: takes blobs that nothing else takes, so that they are no outputs of the network. */
export const silence: LayerKind = {
  bottoms: [1, Infinity],
  shapes: () => [],
  run: () => [],
};
