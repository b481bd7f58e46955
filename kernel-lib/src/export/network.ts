import type { MeanImage } from "../caffe/index.js";
import { classifierEnds, type NetworkPlan, type Weights } from "../engine/index.js";
import type { TrainedNetwork } from "../models/index.js";
import { graphBuilder, type GraphBuilder } from "./builder.js";
import type { Graph, Value } from "./graph.js";
import { exporterOf } from "./layers/index.js";

/** What every exported network's input and output are called. */
export const endNames = { input: "patches", output: "probability" } as const;

/**
 * Describes a trained network as primitive operations: RGB patches with grey levels from 0 to 255 in, probabilities
 * out. The order of the channels and the mean image are part of it, so that nobody has to know of them.
 *
 * @throws HistobookError `Unsupported` for a layer that can't be exported or a network that classifies no patches,
 * `BadInput` when the mean image does not fit.
 * @example
 * const model = { model: "test/fixtures/caffe/d/init.caffemodel", mean: null };
 * networkGraph(readTrainedNetwork(model)).outputs; // => [{ name: "probability", shape: [2] }]
 */
export function networkGraph({ plan, weights, mean }: TrainedNetwork): Graph {
  const { input, output, size } = classifierEnds(plan, mean);
  const patches: Value = { name: endNames.input, shape: [3, size, size] };
  const builder = graphBuilder(Object.values(endNames));
  const values = new Map([[input, asCaffeSees(patches, mean, builder)]]);
  addLayers(plan, weights, values, builder);
  const probability = { ...values.get(output)!, name: endNames.output };
  // The last layer is the softmax, so that its step is the last one.
  const steps = builder.steps.slice(0, -1);
  steps.push({ operation: builder.steps[steps.length].operation, output: probability });
  return { name: plan.name, inputs: [patches], outputs: [probability], steps };
}

/**
 * Adds the operations of a network's layers.
 *
 * @param values by blob: the inputs' at first, and then every blob's
 * @throws HistobookError `Unsupported` for a layer that can't be exported.
 */
export function addLayers(
  plan: NetworkPlan,
  weights: Weights,
  values: Map<string, Value>,
  builder: GraphBuilder,
): void {
  for (const { layer, tops, parameters } of plan.layers) {
    const results = exporterOf(layer)({
      layer,
      bottoms: layer.bottom.map((bottom) => values.get(bottom)!),
      tops,
      blobs: parameters.map(({ shape, layout, owner = { layer: layer.name, index: -1 } }, index) => {
        const blobs = weights.get(owner.layer)!;
        const { data } = blobs[owner.index < 0 ? index : owner.index];
        return { shape, data, spread: layout.dimensions };
      }),
      graph: builder.layer(layer.name),
    });
    layer.top.forEach((top, index) => values.set(top, results[index]));
  }
}

/** Caffe's networks learned from BGR, less the mean image of their training database. */
function asCaffeSees(patches: Value, mean: MeanImage | null, builder: GraphBuilder): Value {
  const { shape } = patches;
  const graph = builder.layer("preparation");
  const bgr = graph.add("bgr", { kind: "reversedChannels", input: patches }, shape);
  if (!mean) return bgr;
  return graph.arithmetic("centred", bgr, "subtract", graph.constant("mean", shape, mean.data));
}
