import type { Scalar, Tensor } from "@tensorflow/tfjs";
import type { Blob } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";
import type { Engine } from "./engine.js";
import { toTensorOrder } from "./layout.js";
import { kindOf } from "./layers/kinds.js";
import type { Learner, LearnerSettings, LearnerState } from "./learner.js";
import { createVariables, readBlobs, readOwnBlobs, runNetwork, type NetworkVariables } from "./network.js";
import { ownParameters, type NetworkPlan } from "./plan.js";
import { tensorFlowOf, type TensorFlow, type Variable } from "./tensorflow.js";
import { transformBatch, type ImageBatch, type ImageShape, type Transformation } from "./transformation.js";
import { solverKind } from "./updateRules.js";
import type { Weights } from "./weights.js";

/**
 * Makes a learner from single TensorFlow.js operations, which run on every backend.
 *
 * @param history what a .solverstate held; undefined starts from zeros
 * @throws HistobookError `Unsupported` for a network without exactly one data input and a loss.
 */
export function eagerLearner(
  engine: Engine,
  settings: LearnerSettings,
  weights: Weights,
  history?: Blob[],
): Learner {
  const tf = tensorFlowOf(engine);
  const { plan, images, solver, constants } = settings;
  const variables = createVariables(tf, plan, weights);
  const kind = solverKind(solver);
  const parameters = ownParameters(plan);
  const memory = createHistory(tf, settings, kind.historyLength, history);
  const losses = lossWeights(plan);

  function lossOf(batch: ImageBatch, iteration: number): Scalar {
    const blobs = runNetwork(tf, plan, variables, feed(tf, plan, batch, images, settings.transformation), {
      training: true,
      seed: settings.seed + iteration,
    });
    const terms = losses.map(([top, weight]) => tf.mul(tf.sum(blobs.get(top)!), weight));
    return tf.addN(terms) as Scalar;
  }

  function gradientsOf(batches: ImageBatch[], iteration: number): { loss: Scalar; gradients: Tensor[] } {
    const passes = batches.map((batch) => tf.variableGrads(() => lossOf(batch, iteration), variables.all));
    const mean = (tensors: Tensor[]): Tensor =>
      tensors.length === 1 ? tensors[0] : tf.div(tf.addN(tensors), tensors.length);
    return {
      loss: mean(passes.map(({ value }) => value)) as Scalar,
      // What is held fixed, or does not reach the loss, has no gradient; Caffe takes it as zero.
      gradients: variables.all.map((variable) =>
        mean(
          passes.map(
            ({ grads }) => (grads[variable.name] as Tensor | undefined | null) ?? tf.zerosLike(variable),
          ),
        ),
      ),
    };
  }

  return {
    step(batches, rate, iteration) {
      return tf.tidy(() => {
        const { loss, gradients } = gradientsOf(batches, iteration);
        // Caffe clips the sum over an iteration's batches, before it takes the mean.
        const clip = clippingFactor(tf, gradients, settings.clipGradients / batches.length);
        gradients.forEach((raw, index) => {
          const variable = variables.all[index];
          const { rateMultiplier, decayMultiplier } = parameters[index];
          const clipped = clip === 1 ? raw : tf.mul(raw, clip);
          const gradient = regularize(tf, clipped, variable, settings, decayMultiplier);
          const blobRate = rate * rateMultiplier;
          const update = kind.update(tf, gradient, memory[index], blobRate, constants, iteration);
          variable.assign(tf.sub(variable, update.step));
          update.history.forEach((tensor, slot) => memory[index][slot].assign(tensor));
        });
        return loss.dataSync()[0];
      });
    },
    test(testPlan, transformation, batch) {
      const outputs = new Map<string, number>();
      tf.tidy(() => {
        const blobs = runNetwork(tf, testPlan, variables, feed(tf, testPlan, batch, images, transformation));
        for (const top of testPlan.outputs) {
          const values = blobs.get(top)!.dataSync();
          values.forEach((value, index) => {
            outputs.set(values.length === 1 ? top : `${top}[${index}]`, value);
          });
        }
      });
      return outputs;
    },
    state(): LearnerState {
      const blobs: Blob[] = [];
      for (let slot = 0; slot < kind.historyLength; slot++) {
        const tensors = memory.map((slots) => slots[slot]);
        blobs.push(...readOwnBlobs(plan, tensors));
      }
      return { weights: readBlobs(plan, variables.all), history: blobs };
    },
    dispose() {
      tf.dispose([...variables.all, ...memory.flat()]);
    },
  };
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
function feed(
  tf: TensorFlow,
  plan: NetworkPlan,
  batch: ImageBatch,
  images: ImageShape,
  transformation: Transformation,
): Map<string, Tensor> {
  const count = batch.labels.length;
  const side = transformation.cropSize;
  const [dataTop, labelTop] = plan.source?.top ?? [...plan.inputs.keys()];
  const values = transformBatch(batch, images, transformation);
  const inputs = new Map<string, Tensor>([
    [dataTop, tf.tensor4d(values, [count, side, side, images.channels])],
  ]);
  if (labelTop !== undefined) inputs.set(labelTop, tf.tensor1d(batch.labels, "int32"));
  return inputs;
}

function createHistory(
  tf: TensorFlow,
  { plan }: LearnerSettings,
  length: number,
  history: Blob[] | undefined,
): Variable[][] {
  const parameters = ownParameters(plan);
  if (history && history.length !== length * parameters.length) {
    throw new HistobookError("BadInput", {
      subject: "solver state",
      found: `${history.length} blobs of history`,
      expected: `${length * parameters.length} for this network and solver`,
      fix: "resume with the solver type and the network that wrote it",
    });
  }
  return parameters.map(({ layout }, index) =>
    Array.from({ length }, (_, slot) =>
      tf.tidy(() => {
        const blob = history?.[slot * parameters.length + index];
        const values = blob && toTensorOrder(blob.data, layout);
        return tf.variable(
          values ? tf.tensor(values, layout.tensorShape) : tf.zeros(layout.tensorShape),
          false,
        );
      }),
    ),
  );
}

function regularize(
  tf: TensorFlow,
  gradient: Tensor,
  variable: NetworkVariables["all"][number],
  { weightDecay, regularization }: LearnerSettings,
  decayMultiplier: number,
): Tensor {
  const decay = weightDecay * decayMultiplier;
  if (decay === 0) return gradient;
  return tf.add(gradient, tf.mul(regularization === "L1" ? tf.sign(variable) : variable, decay));
}

function clippingFactor(tf: TensorFlow, gradients: Tensor[], limit: number): number {
  if (limit < 0) return 1;
  const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
  const length = Math.sqrt(tf.addN(squares).dataSync()[0]);
  return length > limit ? limit / length : 1;
}
