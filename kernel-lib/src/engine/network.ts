import type { Tensor } from "@tensorflow/tfjs";
import { toBlobOrder, toTensorOrder } from "./layout.js";
import { kindOf } from "./layers/index.js";
import type { NetworkPlan } from "./plan.js";
import type { TensorFlow, Variable } from "./tensorflow.js";
import type { Weights } from "./weights.js";

/** A network's learned blobs as TensorFlow variables, in the order of its layers. */
export interface NetworkVariables {
  byLayer: Map<string, Variable[]>;
  /** All of them: conv1's weights, conv1's bias, conv2's weights ... */
  all: Variable[];
}

/** Brings weights onto the engine. */
export function createVariables(tf: TensorFlow, plan: NetworkPlan, weights: Weights): NetworkVariables {
  const byLayer = new Map<string, Variable[]>();
  for (const { layer, parameters } of plan.layers) {
    const blobs = weights.get(layer.name) ?? [];
    const variables = parameters.map(({ layout }, index) => {
      const values = toTensorOrder(blobs[index].data, layout);
      return tf.tidy(() => tf.variable(tf.tensor(values, layout.tensorShape)));
    });
    if (variables.length > 0) byLayer.set(layer.name, variables);
  }
  return { byLayer, all: [...byLayer.values()].flat() };
}

/** Reads tensors that lie as a network's variables do (weights, gradients, history) back as Caffe's blobs. */
export function readBlobs(plan: NetworkPlan, tensors: Tensor[]): Weights {
  const weights: Weights = new Map();
  let next = 0;
  for (const { layer, parameters } of plan.layers) {
    if (parameters.length === 0) continue;
    const blobs = parameters.map(({ shape, layout }) => {
      const values = tensors[next++].dataSync() as Float32Array;
      return { shape, data: toBlobOrder(values, layout) };
    });
    weights.set(layer.name, blobs);
  }
  return weights;
}

/**
 * Runs a network's layers on a batch and gives every blob by name; an in-place layer's replaces the one before.
 *
 * @param inputs what the plan's inputs name; spatial ones NHWC, labels int32
 */
export function runNetwork(
  tf: TensorFlow,
  plan: NetworkPlan,
  variables: NetworkVariables,
  inputs: ReadonlyMap<string, Tensor>,
  options: { training?: boolean; seed?: number } = {},
): Map<string, Tensor> {
  const { training = false, seed = 0 } = options;
  const blobs = new Map<string, Tensor>(inputs);
  for (const { layer, bottoms } of plan.layers) {
    const tops = kindOf(layer).run({
      tf,
      layer,
      shapes: bottoms,
      bottoms: layer.bottom.map((bottom) => blobs.get(bottom)!),
      parameters: variables.byLayer.get(layer.name) ?? [],
      training,
      seed,
    });
    layer.top.forEach((top, index) => blobs.set(top, tops[index]));
  }
  return blobs;
}
