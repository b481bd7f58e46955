import { reorder } from "../../engine/index.js";
import type { LayerExporter } from "./layer.js";

/** Caffe's INNER_PRODUCT: a fully connected layer over all values of an image, or over those from `axis` on. */
export const innerProduct: LayerExporter = ({ layer, bottoms: [bottom], tops: [shape], blobs, graph }) => {
  const [weights, bias] = blobs;
  const [outputs] = shape.slice(-1);
  const inputs = weights.data.length / outputs;
  // Places along the axes before `axis` join the batch.
  const input =
    bottom.shape.length === 1 ? bottom : graph.add("rows", { kind: "reshaped", input: bottom }, [inputs]);
  const matrix = layer.innerProductParam?.transpose
    ? reorder(weights.data, [inputs, outputs], [1, 0])
    : weights.data;
  const operation = {
    kind: "product",
    input,
    weights: graph.constant("weights", [outputs, inputs], matrix),
    bias: blobs.length > 1 ? graph.constant("bias", bias.shape, bias.data) : undefined,
  } as const;
  if (shape.length === 1) return [graph.add("", operation, shape)];
  return [graph.add("", { kind: "reshaped", input: graph.add("sums", operation, [outputs]) }, shape)];
};
