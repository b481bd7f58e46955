import type { LayerExporter } from "./layer.js";
import { fromBatch } from "./shapes.js";

/** Caffe's SOFTMAX over the classes, which lie along an axis, by default the channels'. */
export const softmax: LayerExporter = ({ layer, bottoms: [input], tops: [shape], graph }) => {
  const axis = fromBatch(layer.softmaxParam?.axis ?? 1, input);
  return [graph.add("", { kind: "softmax", axis, input }, shape)];
};
