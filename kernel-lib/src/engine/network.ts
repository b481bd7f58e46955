import type { Tensor } from "@tensorflow/tfjs";
import type { Blob } from "../caffe/index.js";
import { toBlobOrder, toTensorOrder } from "./layout.js";
import { kindOf } from "./layers/kinds.js";
import { ownParameters, type NetworkPlan } from "./plan.js";
import type { TensorFlow, Variable } from "./tensorflow.js";
import type { Weights } from "./weights.js";

/** A network's blobs as TensorFlow variables, in the order of its layers. */
export interface NetworkVariables {
  /** Those that layers share stand with each of them. */
  byLayer: Map<string, Variable[]>;
  /** Each once: conv1's weights, conv1's bias, conv2's weights ... */
  all: Variable[];
}

/** Brings weights onto the engine; what the solver does not learn is not trainable. */
export function createVariables(tf: TensorFlow, plan: NetworkPlan, weights: Weights): NetworkVariables {
  const byLayer = new Map<string, Variable[]>();
  const all: Variable[] = [];
  for (const { layer, parameters } of plan.layers) {
    const blobs = weights.get(layer.name) ?? [];
    const variables = parameters.map(({ layout, rateMultiplier, owner }, index) => {
      if (owner) return byLayer.get(owner.layer)![owner.index];
      const values = toTensorOrder(blobs[index].data, layout);
      const variable = tf.tidy(() =>
        tf.variable(tf.tensor(values, layout.tensorShape), rateMultiplier !== 0),
      );
      all.push(variable);
      return variable;
    });
    if (variables.length > 0) byLayer.set(layer.name, variables);
  }
  return { byLayer, all };
}

/** Reads tensors that lie as a network's variables do (weights, gradients, history) back as Caffe's blobs. */
export function readOwnBlobs(plan: NetworkPlan, tensors: Tensor[]): Blob[] {
  return ownParameters(plan).map(({ shape, layout }, index) => {
    const values = tensors[index].dataSync() as Float32Array;
    return { shape, data: toBlobOrder(values, layout) };
  });
}

/** Reads a network's variables back as what a model holds: for each layer all its blobs, shared ones too. */
export function readBlobs(plan: NetworkPlan, tensors: Tensor[]): Weights {
  const own = readOwnBlobs(plan, tensors);
  const weights: Weights = new Map();
  let next = 0;
  for (const { layer, parameters } of plan.layers) {
    if (parameters.length === 0) continue;
    const blobs = parameters.map(({ owner }) =>
      owner ? weights.get(owner.layer)![owner.index] : own[next++],
    );
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
    const parameters = variables.byLayer.get(layer.name) ?? [];
    const tops = kindOf(layer).run({
      tf,
      layer,
      shapes: bottoms,
      bottoms: layer.bottom.map((bottom) => blobs.get(bottom)!),
      parameters,
      training,
      seed,
      remember: (parameter, value) => parameters[parameter].assign(value),
    });
    layer.top.forEach((top, index) => blobs.set(top, tops[index]));
  }
  return blobs;
}
