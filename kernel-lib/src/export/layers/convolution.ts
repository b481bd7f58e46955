import { convolutionWindow } from "../../engine/index.js";
import type { LayerExporter } from "./layer.js";

/** Caffe's CONVOLUTION. */
export const convolution: LayerExporter = ({ layer, bottoms: [input], tops: [shape], blobs, graph }) => {
  const [filters, bias] = blobs;
  const { stride, pad, dilation } = convolutionWindow(layer);
  const operation = {
    kind: "convolution",
    input,
    filters: graph.constant("filters", filters.shape, filters.data),
    bias: blobs.length > 1 ? graph.constant("bias", bias.shape, bias.data) : undefined,
    stride,
    pad,
    dilation,
    groups: layer.convolutionParam?.group ?? 1,
  } as const;
  return [graph.add("", operation, shape)];
};
