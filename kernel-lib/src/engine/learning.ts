import type { Scalar, Tensor } from "@tensorflow/tfjs";
import type { Blob } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";
import { toTensorOrder } from "./layout.js";
import { kindOf } from "./layers/kinds.js";
import type { Noise } from "./layers/layer.js";
import type { LearnerSettings, LearnerState } from "./learner.js";
import { blobsOf, createVariables, ownBlobsOf, runNetwork, type NetworkVariables } from "./network.js";
import { ownParameters, type NetworkPlan } from "./plan.js";
import type { TensorFlow, Variable } from "./tensorflow.js";
import { solverKind } from "./updateRules.js";
import type { Weights } from "./weights.js";

/** A batch on the engine. */
export interface TensorBatch {
  /** What the network sees, NHWC. */
  images: Tensor;
  labels: Tensor;
  /** What is random in its layers. */
  noise: Noise;
}

/** What training changes, as TensorFlow variables. */
export interface LearningVariables {
  network: NetworkVariables;
  /** For each of the network's blobs its solver's history. */
  history: Variable[][];
  /** What is minimised: tops and their weights. */
  losses: readonly [top: string, weight: number][];
}

/**
 * Brings weights and history onto the engine.
 *
 * @param history what a .solverstate held; undefined starts from zeros
 * @throws HistobookError `BadInput` for a history of another network or solver, `Unsupported` without a loss.
 */
export function createLearningVariables(
  tf: TensorFlow,
  { plan, solver }: LearnerSettings,
  weights: Weights,
  history: Blob[] | undefined,
): LearningVariables {
  const parameters = ownParameters(plan);
  const { historyLength } = solverKind(solver);
  if (history && history.length !== historyLength * parameters.length) {
    throw new HistobookError("BadInput", {
      subject: "solver state",
      topic: "models",
      found: `${history.length} blobs of history`,
      expected: `${historyLength * parameters.length} for this network and solver`,
      fix: "resume with the solver type and the network that wrote it",
    });
  }
  return {
    losses: lossWeights(plan),
    network: createVariables(tf, plan, weights),
    history: parameters.map(({ layout }, index) =>
      Array.from({ length: historyLength }, (_, slot) => {
        const blob = history?.[slot * parameters.length + index];
        const size = layout.tensorShape.reduce((product, length) => product * length, 1);
        const values = blob ? toTensorOrder(blob.data, layout) : new Float32Array(size);
        return tf.tidy(() => tf.variable(tf.tensor(values, layout.tensorShape), false));
      }),
    ),
  };
}

/** All variables in the order of `stateOf`. */
export function allVariables({
  network,
  history,
}: Pick<LearningVariables, "network" | "history">): Variable[] {
  return [...network.all, ...history.flat()];
}

/** What training has made of the variables, given their values in the order of `allVariables`. */
export function stateOf({ plan, solver }: LearnerSettings, values: readonly Float32Array[]): LearnerState {
  const count = ownParameters(plan).length;
  const { historyLength } = solverKind(solver);
  const history: Blob[] = [];
  for (let slot = 0; slot < historyLength; slot++) {
    const ofSlot = Array.from({ length: count }, (_, index) => values[count + index * historyLength + slot]);
    history.push(...ownBlobsOf(plan, ofSlot));
  }
  return { weights: blobsOf(plan, values.slice(0, count)), history };
}

/** The rates of an iteration, one for each of the network's blobs. */
export function ratesOf(
  { plan, solver, constants }: LearnerSettings,
  rate: number,
  iteration: number,
): Float32Array {
  const correction = solverKind(solver).rateFactor?.(constants, iteration) ?? 1;
  return Float32Array.from(ownParameters(plan), ({ rateMultiplier }) => rate * rateMultiplier * correction);
}

/**
 * One iteration as tensor operations: forward, backward, update of the variables.
 *
 * @param batches their gradients are averaged, as Caffe does: summed one after the other, then divided
 * @param rates one number for each of the network's blobs, as `ratesOf` gives them
 * @returns the loss before the update
 */
export function learn(
  tf: TensorFlow,
  settings: LearnerSettings,
  variables: LearningVariables,
  batches: readonly TensorBatch[],
  rates: readonly Tensor[],
): Scalar {
  let sum: Pass | undefined;
  for (const batch of batches) {
    // What a batch's pass held is let go before the next one.
    sum = tf.tidy((): Pass => {
      const { loss, gradients } = pass(tf, settings, variables, batch);
      if (!sum) return { loss, gradients };
      const { gradients: earlier } = sum;
      return {
        loss: tf.add(sum.loss, loss),
        gradients: gradients.map((gradient, index) => tf.add(earlier[index], gradient)),
      };
    });
  }
  const { loss, gradients } = sum!;
  const count = batches.length;
  const mean = <Kind extends Tensor>(tensor: Kind): Kind => (count === 1 ? tensor : tf.div(tensor, count));
  const steps = updates(tf, settings, variables, gradients.map(mean), count, rates);
  steps.forEach(({ step, history }, index) => {
    const variable = variables.network.all[index];
    variable.assign(tf.sub(variable, step));
    history.forEach((tensor, slot) => variables.history[index][slot].assign(tensor));
  });
  return mean(loss);
}

/** The sums of an iteration's gradients so far, one for each of the network's blobs; zero between two iterations. */
export function createGradientSums(tf: TensorFlow, { network }: LearningVariables): Variable[] {
  return network.all.map((variable) =>
    tf.tidy(() => tf.variable(tf.tensor(new Float32Array(variable.size), variable.shape), false)),
  );
}

/**
 * One batch of an iteration of many: adds its gradients to the sums, and with the last one updates the variables. The numbers are
 * those of `learn`, but no more than one batch's pass is held at a time.
 *
 * @param isLast 1 for the iteration's last batch, else 0
 * @param count batches an iteration
 * @returns the batch's loss
 */
export function learnPart(
  tf: TensorFlow,
  settings: LearnerSettings,
  variables: LearningVariables,
  sums: readonly Variable[],
  batch: TensorBatch,
  { isLast, count, rates }: { isLast: Scalar; count: number; rates: readonly Tensor[] },
): Scalar {
  const { loss, gradients } = pass(tf, settings, variables, batch);
  const isNotLast = tf.sub(1, isLast);
  const summed = gradients.map((gradient, index) => tf.add(sums[index], gradient));
  const means = summed.map((sum) => tf.div(sum, count));
  const steps = updates(tf, settings, variables, means, count, rates);
  steps.forEach(({ step, history }, index) => {
    const variable = variables.network.all[index];
    variable.assign(tf.sub(variable, tf.mul(step, isLast)));
    history.forEach((tensor, slot) => {
      const kept = variables.history[index][slot];
      kept.assign(tf.add(tf.mul(tensor, isLast), tf.mul(kept, isNotLast)));
    });
    sums[index].assign(tf.mul(summed[index], isNotLast));
  });
  return loss;
}

/**
 * The network's outputs in its TEST phase on one batch, in the order in which the plan names them.
 */
export function testOutputs(
  tf: TensorFlow,
  plan: NetworkPlan,
  network: NetworkVariables,
  batch: TensorBatch,
): Tensor[] {
  const blobs = runNetwork(tf, plan, network, feed(plan, batch), { training: false, noise: batch.noise });
  return plan.outputs.map((top) => tf.cast(blobs.get(top)!, "float32"));
}

/** A test's outputs by name; one of several values has a name for each. */
export function namedOutputs(
  { outputs }: NetworkPlan,
  values: readonly ArrayLike<number>[],
): Map<string, number> {
  const named = new Map<string, number>();
  outputs.forEach((top, index) => {
    Array.from(values[index]).forEach((value, place, all) => {
      named.set(all.length === 1 ? top : `${top}[${place}]`, value);
    });
  });
  return named;
}

/** What a batch's forward and backward pass give, or the sum of several. */
interface Pass {
  loss: Scalar;
  /** One for each of the network's blobs. */
  gradients: Tensor[];
  [name: string]: Tensor | Tensor[];
}

function pass(
  tf: TensorFlow,
  { plan, classWeights }: LearnerSettings,
  { network, losses }: LearningVariables,
  batch: TensorBatch,
): Pass {
  const { value, grads } = tf.variableGrads(() => {
    const call = { training: true, noise: batch.noise, classWeights };
    const blobs = runNetwork(tf, plan, network, feed(plan, batch), call);
    return tf.addN(losses.map(([top, weight]) => tf.mul(tf.sum(blobs.get(top)!), weight))) as Scalar;
  }, network.all);
  return {
    loss: value,
    // What is held fixed, or does not reach the loss, has no gradient; Caffe takes it as zero.
    gradients: network.all.map(
      (variable) => (grads[variable.name] as Tensor | undefined | null) ?? tf.zerosLike(variable),
    ),
  };
}

/** What the solver makes of an iteration's mean gradients: for each blob the step, which is subtracted, and its new history. */
function updates(
  tf: TensorFlow,
  settings: LearnerSettings,
  { network, history }: LearningVariables,
  gradients: Tensor[],
  count: number,
  rates: readonly Tensor[],
): { step: Tensor; history: Tensor[] }[] {
  const { plan, solver, constants } = settings;
  const parameters = ownParameters(plan);
  const { update } = solverKind(solver);
  // Caffe clips the sum over an iteration's batches, before it takes the mean.
  return clip(tf, gradients, settings.clipGradients / count).map((raw, index) => {
    const { decayMultiplier } = parameters[index];
    const gradient = regularize(tf, raw, network.all[index], settings, decayMultiplier);
    return update(tf, gradient, history[index], rates[index], constants);
  });
}

/** The losses that a network minimises, each with its `loss_weight`: by default 1 for a loss layer's first top. */
function lossWeights(plan: NetworkPlan): [top: string, weight: number][] {
  const losses = plan.layers.flatMap(({ layer }): [string, number][] => {
    const fallback = (index: number): number => (kindOf(layer).isLoss && index === 0 ? 1 : 0);
    return layer.top.map((top, index): [string, number] => [
      top,
      layer.lossWeight.at(index) ?? fallback(index),
    ]);
  });
  const weighted = losses.filter(([, weight]) => weight !== 0);
  if (weighted.length > 0) return weighted;
  throw new HistobookError("Unsupported", {
    subject: `network "${plan.name}"`,
    found: "no loss layer in its TRAIN phase",
    expected: "a SoftmaxWithLoss layer to minimise",
    fix: "train with the tutorial's training prototxt, not with a deploy one",
  });
}

/** Images and labels as the plan's data layer names them: its first top the images, its second the labels. */
function feed(plan: NetworkPlan, { images, labels }: TensorBatch): Map<string, Tensor> {
  const [dataTop, labelTop] = plan.source?.top ?? [...plan.inputs.keys()];
  const inputs = new Map([[dataTop, images]]);
  if (labelTop !== undefined) inputs.set(labelTop, labels);
  return inputs;
}

function regularize(
  tf: TensorFlow,
  gradient: Tensor,
  variable: Variable,
  { weightDecay, regularization }: LearnerSettings,
  decayMultiplier: number,
): Tensor {
  const decay = weightDecay * decayMultiplier;
  if (decay === 0) return gradient;
  return tf.add(gradient, tf.mul(regularization === "L1" ? tf.sign(variable) : variable, decay));
}

/** Shortens gradients that are together longer than the limit to it; a negative limit leaves them. */
function clip(tf: TensorFlow, gradients: Tensor[], limit: number): Tensor[] {
  if (limit < 0) return gradients;
  const length = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.where(tf.greater(length, limit), tf.div(limit, length), tf.onesLike(length));
  return gradients.map((gradient) => tf.mul(gradient, factor));
}
