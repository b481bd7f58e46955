import { LRNParameter_NormRegion } from "../../caffe/index.js";
import { HistobookError } from "../../foundation/index.js";
import type { LayerExporter } from "./layer.js";

/**
 * Caffe's LRN across channels: x * (k + alpha / n * (sum of squares over n channels)) ^ -beta.
 *
 * Not every backend of TensorFlow.js has an operation of its own for it, but all have those that it is made of here.
 */
export const localResponseNormalization: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const { localSize = 5, alpha = 1, beta = 0.75, k = 1, normRegion } = layer.lrnParam ?? {};
  if (normRegion === LRNParameter_NormRegion.WITHIN_CHANNEL) {
    throw new HistobookError("Unsupported", {
      subject: `layer "${layer.name}"`,
      found: "norm_region: WITHIN_CHANNEL, which can't be exported",
      expected: "ACROSS_CHANNELS",
      fix: "export a network without it, or open an issue that names this network",
    });
  }
  const { shape } = input;
  const [channels] = shape;
  const filters = neighbourFilters(channels, (localSize - 1) / 2, alpha / localSize);
  const times = { kind: "arithmetic", operator: "multiply" } as const;
  const squares = graph.add("squares", { ...times, left: input, right: input }, shape);
  const sums = {
    kind: "convolution",
    input: squares,
    filters: graph.constant("neighbours", [channels, channels, 1, 1], filters),
    bias: graph.constant("k", [channels], new Float32Array(channels).fill(k)),
    stride: [1, 1],
    pad: [0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const left = graph.add("sums", sums, shape);
  const exponent = graph.constant("exponent", [], Float32Array.of(-beta));
  const factors = graph.add(
    "factors",
    { kind: "arithmetic", operator: "power", left, right: exponent },
    shape,
  );
  return [graph.add("", { ...times, left: input, right: factors }, shape)];
};

/** Filters of one pixel that sum each channel and its neighbours, times a factor: outputs x inputs. */
function neighbourFilters(channels: number, radius: number, factor: number): Float32Array {
  const filters = new Float32Array(channels * channels);
  for (let to = 0; to < channels; to++) {
    const end = Math.min(to + radius, channels - 1);
    for (let from = Math.max(to - radius, 0); from <= end; from++) filters[to * channels + from] = factor;
  }
  return filters;
}
