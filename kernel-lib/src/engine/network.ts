import type { Tensor } from "@tensorflow/tfjs";
import type { Blob } from "../caffe/index.js";
import { toBlobOrder, toTensorOrder } from "./layout.js";
import { kindOf } from "./layers/kinds.js";
import type { LayerCall } from "./layers/layer.js";
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

/** Brings values that lie as a network's variables do (weights, gradients, history) into Caffe's blobs. */
export function ownBlobsOf(plan: NetworkPlan, values: readonly Float32Array[]): Blob[] {
  return ownParameters(plan).map(({ shape, layout }, index) => {
    return { shape, data: toBlobOrder(values[index], layout) };
  });
}

/** Brings the values of a network's variables into what a model holds: for each layer all its blobs, shared ones too. */
export function blobsOf(plan: NetworkPlan, values: readonly Float32Array[]): Weights {
  const own = ownBlobsOf(plan, values);
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
  { training, noise, classWeights }: Pick<LayerCall, "training" | "noise" | "classWeights">,
): Map<string, Tensor> {
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
      noise,
      classWeights,
      remember: (parameter, value) => parameters[parameter].assign(value),
    });
    layer.top.forEach((top, index) => blobs.set(top, tops[index]));
  }
  return blobs;
}

/**
 * Runs a classifying network.
 *
 * @param images N x size x size x 3, BGR, less the mean
 * @returns N x classes probabilities
 */
export function classProbabilities(
  tf: TensorFlow,
  plan: NetworkPlan,
  variables: NetworkVariables,
  images: Tensor,
): Tensor {
  const [input] = plan.inputs.keys();
  // A trained network draws nothing.
  const noise = (): never => {
    throw new Error("noise in the TEST phase");
  };
  const blobs = runNetwork(tf, plan, variables, new Map([[input, images]]), { training: false, noise });
  return blobs.get(plan.outputs.at(-1)!)!;
}
