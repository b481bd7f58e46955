import type { LayerExporter } from "./layer.js";

/** Caffe's INNER_PRODUCT: a fully connected layer over all values of its input. */
export const innerProduct: LayerExporter = ({ bottoms: [bottom], tops: [shape], blobs, graph }) => {
  const [weights, bias] = blobs;
  const input =
    bottom.shape.length === 1
      ? bottom
      : graph.add("flattened", { kind: "flattened", input: bottom }, [weights.shape[1]]);
  const operation = {
    kind: "product",
    input,
    weights: graph.constant("weights", weights.shape, weights.data),
    bias: blobs.length > 1 ? graph.constant("bias", bias.shape, bias.data) : undefined,
  } as const;
  return [graph.add("", operation, shape)];
};
