import type { LayerExporter } from "./layer.js";

/** Caffe's SOFTMAX. */
export const softmax: LayerExporter = ({ bottoms: [input], tops: [shape], graph }) => [
  graph.add("", { kind: "softmax", input }, shape),
];
