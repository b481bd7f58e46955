import { LRNParameter_NormRegion as Region } from "../../caffe/index.js";
import { isGiven, poolingAxis } from "../../engine/index.js";
import type { LayerGraph } from "../builder.js";
import type { Value } from "../graph.js";
import { notExportable, type LayerExporter } from "./layer.js";
import { averaged } from "./pooling.js";

/**
 * Caffe's LRN: across channels x * (k + alpha / n * (sum of squares over n channels)) ^ -beta; within a channel
 * x * (1 + alpha * (mean square over n x n pixels)) ^ -beta.
 *
 * Not every backend of TensorFlow.js has an operation of its own for it, but all have those that it is made of here.
 */
export const localResponseNormalization: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const { localSize = 5, alpha = 1, beta = 0.75, k = 1, normRegion } = layer.lrnParam ?? {};
  const squares = graph.arithmetic("squares", input, "multiply", input);
  const sums =
    normRegion === Region.WITHIN_CHANNEL
      ? withinChannel(graph, squares, localSize, alpha)
      : acrossChannels(graph, squares, { radius: (localSize - 1) / 2, factor: alpha / localSize, k });
  return [graph.arithmetic("", input, "multiply", graph.arithmetic("factors", sums, "power", -beta))];
};

function withinChannel(graph: LayerGraph, squares: Value, size: number, alpha: number): Value {
  const axes = squares.shape.slice(1).map((length) => poolingAxis(length, size, 1, (size - 1) / 2));
  const scaled = graph.arithmetic("scaled", averaged(graph, "means", squares, axes), "multiply", alpha);
  return graph.arithmetic("sums", scaled, "add", 1);
}

/** k + factor * (each channel and its neighbours), by a convolution over single pixels. */
function acrossChannels(
  graph: LayerGraph,
  input: Value,
  { radius, factor, k }: { radius: number; factor: number; k: number },
): Value {
  const [channels] = input.shape;
  const filters = new Float32Array(channels * channels);
  for (let to = 0; to < channels; to++) {
    const end = Math.min(to + radius, channels - 1);
    for (let from = Math.max(to - radius, 0); from <= end; from++) filters[to * channels + from] = factor;
  }
  const sums = {
    kind: "convolution",
    input,
    filters: graph.constant("neighbours", [channels, channels, 1, 1], filters),
    bias: graph.constant("k", [channels], new Float32Array(channels).fill(k)),
    stride: [1, 1],
    pad: [0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  return graph.add("sums", sums, input.shape);
}

/** Caffe's BATCH_NORM in the TEST phase: (x - mean) / sqrt(variance + eps) a channel, by the stored statistics. */
export const batchNormalization: LayerExporter = ({ layer, bottoms: [input], blobs, graph }) => {
  const parameter = layer.batchNormParam;
  if (isGiven(parameter, "useGlobalStats") && !parameter.useGlobalStats) {
    throw notExportable(layer, "use_global_stats: false, statistics of the batch", "use_global_stats: true");
  }
  const eps = parameter?.eps ?? 1e-5;
  const [means, variances, weight] = blobs.map(({ data }) => data);
  // Both are sums over the batches of training, whose weights add up to the third.
  const factor = weight[0] === 0 ? 0 : 1 / weight[0];
  const sizes = [input.shape[0], ...input.shape.slice(1).fill(1)];
  const mean = graph.constant(
    "mean",
    sizes,
    means.map((sum) => sum * factor),
  );
  const scale = graph.constant(
    "scale",
    sizes,
    variances.map((sum) => 1 / Math.sqrt(sum * factor + eps)),
  );
  const centred = graph.arithmetic("centred", input, "subtract", mean);
  return [graph.arithmetic("", centred, "multiply", scale)];
};
