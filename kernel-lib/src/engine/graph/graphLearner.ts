import type { Scalar } from "@tensorflow/tfjs";
import type { Blob } from "../../caffe/index.js";
import type { Engine } from "../engine.js";
import type { Learner, LearnerSettings } from "../learner.js";
import {
  allVariables,
  createGradientSums,
  createLearningVariables,
  learn,
  learnPart,
  namedOutputs,
  ratesOf,
  stateOf,
  testOutputs,
  type TensorBatch,
} from "../learning.js";
import type { Values } from "../nativeBackend.js";
import { createVariables } from "../network.js";
import { drawNoise, type NoisePlace } from "../noise.js";
import type { NetworkPlan } from "../plan.js";
import { tensorFlowOf, type TensorFlow } from "../tensorflow.js";
import type { ImageBatch, Transformation } from "../transformation.js";
import type { Weights } from "../weights.js";
import { Graph } from "./graph.js";
import { imageValues, recordImages } from "./images.js";
import type { Recorder } from "./recorder.js";

/** A graph for batches of certain sizes, and what is random in each of them. */
interface BatchGraph {
  graph: Graph;
  /** How many images each batch has. */
  counts: readonly number[];
  /** For each batch the shapes of what is drawn for its layers. */
  noise: (readonly number[])[][];
}

/**
 * An iteration of more batches than this runs batch by batch: a graph of all of them takes as many times the memory, and as many
 * times as long to record.
 */
const mostAtOnce = 4;

/**
 * Makes a learner that runs each iteration as one graph on TensorFlow's own library: bytes and rates go in, the loss comes
 * out, weights and history stay there.
 *
 * @param history what a .solverstate held; undefined starts from zeros
 * @throws HistobookError `Unsupported` for a network without exactly one data input and a loss.
 */
export function graphLearner(
  engine: Engine,
  settings: LearnerSettings,
  weights: Weights,
  history?: Blob[],
): Learner {
  const tf = tensorFlowOf(engine);
  const { images, seed } = settings;
  // What is learned lives in one graph; until the first batch's size is known, in one that computes nothing.
  let holder = Graph.compile(tf, (recorder) => {
    keepVariables(recorder);
    return [];
  });
  let training: (BatchGraph & { parts: number }) | undefined;
  let version = 0;
  const tests = new Map<NetworkPlan, BatchGraph & { version: number }>();

  function keepVariables(recorder: Recorder): ReturnType<typeof createLearningVariables> {
    const variables = createLearningVariables(tf, settings, weights, history);
    allVariables(variables).forEach((variable) => recorder.keep(variable));
    return variables;
  }

  /** @param parts in how many runs an iteration is done: one, or each of so many batches in one of its own */
  function trainingGraph(counts: readonly number[], parts: number): BatchGraph {
    if (training?.parts === parts && isSame(training.counts, counts)) return training;
    const noise: BatchGraph["noise"] = [];
    const graph = Graph.compile(tf, (recorder) => {
      const variables = keepVariables(recorder);
      const batches = counts.map((count, index) =>
        recordBatch(tf, recorder, index, count, settings, settings.transformation, noise),
      );
      const all = recorder.input("rates", "float32", [variables.network.all.length]);
      const rates = variables.network.all.map((_, index) => tf.reshape(tf.slice(all, [index], [1]), []));
      if (parts === 1) return [learn(tf, settings, variables, batches, rates)];
      const sums = createGradientSums(tf, variables);
      sums.forEach((sum) => recorder.keep(sum));
      const isLast = recorder.input("isLast", "float32", []) as Scalar;
      return [learnPart(tf, settings, variables, sums, batches[0], { isLast, count: parts, rates })];
    });
    graph.takeKept(holder);
    holder.dispose();
    holder = graph;
    training = { graph, counts, noise, parts };
    return training;
  }

  /** One iteration, batch by batch; all are of the same size. */
  function stepInParts(batches: readonly ImageBatch[], rates: Float32Array, iteration: number): number {
    const current = trainingGraph([batches[0].labels.length], batches.length);
    let loss = 0;
    batches.forEach((batch, index) => {
      const values = valuesFor(current, [batch], settings.transformation, { seed, iteration, batch: index });
      values.set("rates", rates);
      values.set("isLast", Float32Array.of(index === batches.length - 1 ? 1 : 0));
      loss = Math.fround(loss + current.graph.run(values)[0][0]);
    });
    return Math.fround(loss / batches.length);
  }

  function testGraph(plan: NetworkPlan, transformation: Transformation, count: number): BatchGraph {
    let test = tests.get(plan);
    if (!test || !isSame(test.counts, [count])) {
      test?.graph.dispose();
      const noise: BatchGraph["noise"] = [];
      const graph = Graph.compile(tf, (recorder) => {
        const network = createVariables(tf, settings.plan, weights);
        network.all.forEach((variable) => recorder.keep(variable));
        const batch = recordBatch(tf, recorder, 0, count, settings, transformation, noise);
        return testOutputs(tf, plan, network, batch);
      });
      test = { graph, counts: [count], noise, version: -1 };
      tests.set(plan, test);
    }
    if (test.version !== version) test.graph.takeKept(holder);
    test.version = version;
    return test;
  }

  /** @param first the place of the first of the batches */
  function valuesFor(
    { noise }: BatchGraph,
    batches: readonly ImageBatch[],
    transformation: Transformation,
    first: NoisePlace,
  ): Map<string, Values> {
    return new Map(
      batches.flatMap((batch, index) => [
        ...imageValues(`${index}`, batch, images, transformation),
        [`labels_${index}`, batch.labels] as [string, Values],
        ...noise[index].map((shape, draw): [string, Values] => [
          `noise_${index}_${draw}`,
          drawNoise({ ...first, batch: first.batch + index }, draw, shape),
        ]),
      ]),
    );
  }

  return {
    step(batches, rate, iteration) {
      const counts = batches.map(({ labels }) => labels.length);
      const rates = ratesOf(settings, rate, iteration);
      version++;
      if (counts.length > mostAtOnce && counts.every((count) => count === counts[0]))
        return Promise.resolve(stepInParts(batches, rates, iteration));
      const current = trainingGraph(counts, 1);
      const values = valuesFor(current, batches, settings.transformation, { seed, iteration, batch: 0 });
      values.set("rates", rates);
      return Promise.resolve(current.graph.run(values)[0][0]);
    },
    test(plan, transformation, batch) {
      const current = testGraph(plan, transformation, batch.labels.length);
      const outputs = current.graph.run(
        valuesFor(current, [batch], transformation, { seed, iteration: 0, batch: 0 }),
      );
      return Promise.resolve(namedOutputs(plan, outputs));
    },
    state: () => Promise.resolve(stateOf(settings, holder.getKept())),
    dispose() {
      holder.dispose();
      tests.forEach(({ graph }) => graph.dispose());
    },
  };
}

function recordBatch(
  tf: TensorFlow,
  recorder: Recorder,
  index: number,
  count: number,
  { images }: LearnerSettings,
  transformation: Transformation,
  noise: BatchGraph["noise"],
): TensorBatch {
  const drawn: (readonly number[])[] = [];
  noise.push(drawn);
  return {
    images: recordImages(tf, recorder, `${index}`, count, images, transformation),
    labels: recorder.input(`labels_${index}`, "int32", [count]),
    noise(shape) {
      drawn.push([...shape]);
      return recorder.input(`noise_${index}_${drawn.length - 1}`, "float32", shape);
    },
  };
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((count, index) => count === other[index]);
}
