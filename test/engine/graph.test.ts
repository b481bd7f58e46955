/** The two ways of TensorFlow's own library side by side: single operations, and graphs. */
import fc from "fast-check";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseNet, Phase } from "../../kernel-lib/dist/caffe/index.js";
import {
  eagerClassifier,
  eagerLearner,
  graphClassifier,
  graphLearner,
  initialWeights,
  loadEngine,
  planNetwork,
  type Engine,
  type ImageShape,
  type LearnerSettings,
} from "../../kernel-lib/dist/engine/index.js";
import { Graph } from "../../kernel-lib/dist/engine/graph/graph.js";
import { nativeBackendOf } from "../../kernel-lib/dist/engine/nativeBackend.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { settingsOf } from "./engine.contract.js";
import { noTransformation, planSmall, randomBatch, smallImages } from "./networks.js";
import { largestDifference, largestValue } from "./numpy.js";

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine("tensorflow");
});

/** A layer of a random network; each takes blob `x` and makes the next one. */
const layers = fc.oneof(
  fc
    .record({
      outputs: fc.integer({ min: 1, max: 3 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 2 }),
      pad: fc.integer({ min: 0, max: 1 }),
      bias: fc.boolean(),
    })
    .map(({ outputs, kernel, stride, pad, bias }) => ({
      type: "Convolution",
      settings: `convolution_param { num_output: ${outputs} kernel_size: ${kernel} stride: ${stride} pad: ${Math.min(pad, kernel - 1)}
        bias_term: ${bias} weight_filler { type: "xavier" } bias_filler { type: "uniform" max: 0.3 } }`,
    })),
  fc
    .record({
      method: fc.constantFrom("MAX", "AVE"),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ method, kernel, stride }) => ({
      type: "Pooling",
      // With gaps between its windows Caffe itself pools over nothing at the end.
      settings: `pooling_param { pool: ${method} kernel_size: ${kernel} stride: ${Math.min(stride, kernel)} }`,
    })),
  fc.constantFrom(
    { type: "ReLU", settings: "" },
    { type: "PReLU", settings: "" },
    { type: "TanH", settings: "" },
    { type: "Sigmoid", settings: "" },
    { type: "ELU", settings: "" },
    { type: "BNLL", settings: "" },
    { type: "LRN", settings: "lrn_param { local_size: 3 alpha: 0.1 }" },
    { type: "BatchNorm", settings: "batch_norm_param { eps: 0.1 }" },
    { type: "Scale", settings: "scale_param { bias_term: true }" },
    { type: "Dropout", settings: "dropout_param { dropout_ratio: 0.3 }" },
  ),
);

const networks = fc.record({
  layers: fc.array(layers, { minLength: 1, maxLength: 5 }),
  solver: fc.constantFrom<LearnerSettings["solver"][]>(
    "SGD",
    "Nesterov",
    "AdaGrad",
    "RMSProp",
    "AdaDelta",
    "Adam",
  ),
  batches: fc.integer({ min: 1, max: 2 }),
  count: fc.integer({ min: 1, max: 70 }),
  weightDecay: fc.constantFrom(0, 0.01),
  regularization: fc.constantFrom<LearnerSettings["regularization"][]>("L1", "L2"),
  clipGradients: fc.constantFrom(-1, 0.5),
  mirror: fc.boolean(),
  cropSize: fc.constantFrom(7, 9),
  mean: fc.boolean(),
  seed: fc.integer({ min: 0, max: 1000 }),
  classWeights: fc.constantFrom(undefined, [0.5, 2, 1]),
});

function textOf(chosen: { type: string; settings: string }[]): string {
  const middle = chosen.map(
    ({ type, settings }, i) =>
      `layer { name: "l${i}" type: "${type}" bottom: "${i === 0 ? "data" : `x${i - 1}`}" top: "x${i}" ${settings} }`,
  );
  return `layer { name: "data" type: "Data" top: "data" top: "label" } ${middle.join("\n")}
    layer { name: "scores" type: "InnerProduct" bottom: "x${chosen.length - 1}" top: "scores" param { lr_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "label" top: "loss" }
    layer { name: "accuracy" type: "Accuracy" bottom: "scores" bottom: "label" top: "accuracy" include { phase: TEST } }`;
}

/** Undefined where a window is larger than what the layers before it leave of the image. */
function planIfPossible(text: string, images: ImageShape): ReturnType<typeof planSmall> | undefined {
  try {
    return planSmall(text, Phase.TRAIN, images);
  } catch {
    return undefined;
  }
}

test("random small networks learn alike as graphs and by single operations", async () => {
  await fc.assert(
    fc.asyncProperty(networks, async (drawn) => {
      const { batches: size, cropSize, mirror, mean, seed, count } = drawn;
      const images = { channels: 2, height: cropSize, width: cropSize };
      const planned = planIfPossible(textOf(drawn.layers), images);
      fc.pre(planned !== undefined);
      const { plan, weights } = planned;
      const settings: LearnerSettings = {
        ...settingsOf(plan),
        ...drawn,
        constants: {
          momentum: drawn.solver === "AdaGrad" ? 0 : 0.9,
          momentum2: 0.99,
          rmsDecay: 0.9,
          // A large one, so that rounding of tiny gradients isn't blown up.
          delta: 0.1,
        },
        transformation: {
          cropSize,
          mirror,
          scale: 1 / 128,
          mean: mean ? new Float32Array(2 * 81).map((_, i) => i) : null,
        },
      };
      const batchOf = (number: number) => {
        const batch = randomBatch(count, smallImages, 3, seed + number);
        batch.mirrored.forEach((_, n) => (batch.mirrored[n] = mirror ? n % 2 : 0));
        batch.corners.forEach((_, n) => (batch.corners[n] = n % (10 - cropSize)));
        return batch;
      };
      const learned = async (make: typeof eagerLearner) => {
        const learner = make(engine, settings, weights);
        const losses: number[] = [];
        for (const iteration of [0, 1]) {
          const batches = Array.from({ length: size }, (_, i) => batchOf(iteration * size + i));
          losses.push(await learner.step(batches, 0.01, iteration));
        }
        const test = planSmall(textOf(drawn.layers), Phase.TEST, images).plan;
        const outputs = [...(await learner.test(test, settings.transformation, batchOf(9)))];
        const state = await learner.state();
        learner.dispose();
        return { losses, outputs, blobs: [...[...state.weights.values()].flat(), ...state.history] };
      };
      const [one, other] = [await learned(eagerLearner), await learned(graphLearner)];
      expect(largestDifference(other.losses, one.losses)).toBeLessThan(1e-5);
      expect(other.outputs.map(([name]) => name)).toEqual(one.outputs.map(([name]) => name));
      other.blobs.forEach(({ shape, data }, i) => {
        expect(shape).toEqual(one.blobs[i].shape);
        const limit = 1e-4 * Math.max(largestValue(one.blobs[i].data), 1e-2);
        expect(largestDifference(data, one.blobs[i].data)).toBeLessThan(limit);
      });
    }),
    { numRuns: 40, seed: 7 },
  );
});

test("a learner goes on with batches of other sizes, and leaves no session behind", async () => {
  const { plan, weights } = planSmall(textOf([{ type: "TanH", settings: "" }]));
  const test = planSmall(textOf([{ type: "TanH", settings: "" }]), Phase.TEST).plan;
  const settings: LearnerSettings = { ...settingsOf(plan), solver: "AdaGrad" };
  settings.constants = { ...settings.constants, delta: 0.1 };
  const batch = (count: number) => randomBatch(count, smallImages, 3, count);
  const sessions = () =>
    (
      nativeBackendOf(tensorFlowOf(engine)) as unknown as { getNumOfSavedModels(): number }
    ).getNumOfSavedModels();
  const before = sessions();
  const learned = async (make: typeof eagerLearner) => {
    const learner = make(engine, settings, weights);
    const values: number[] = [];
    for (const [iteration, counts] of [[3], [5], [3, 3], [3]].entries())
      values.push(await learner.step(counts.map(batch), 0.1, iteration));
    for (const count of [4, 2])
      values.push((await learner.test(test, noTransformation, batch(count))).get("loss")!);
    const state = await learner.state();
    learner.dispose();
    return { values, blobs: [...[...state.weights.values()].flat(), ...state.history] };
  };
  const [one, other] = [await learned(eagerLearner), await learned(graphLearner)];
  expect(largestDifference(other.values, one.values)).toBeLessThan(1e-6);
  other.blobs.forEach(({ data }, i) => expect(largestDifference(data, one.blobs[i].data)).toBeLessThan(1e-5));
  expect(sessions()).toBe(before);
});

test("classifies any number of patches as single operations do, with and without a mean image", async () => {
  const net = `layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 6 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "c"
      convolution_param { num_output: 2 kernel_size: 3 weight_filler { type: "gaussian" std: 0.01 } } }
    layer { name: "scores" type: "InnerProduct" bottom: "c" top: "scores"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "prob" type: "Softmax" bottom: "scores" top: "prob" }`;
  const plan = planNetwork(parseNet(net, "classifier"), Phase.TEST, new Map());
  const weights = initialWeights(plan, 5);
  const mean = { channels: 3, height: 6, width: 6, data: Float32Array.from({ length: 108 }, (_, i) => i) };
  for (const subtracted of [null, mean]) {
    const [eager, graph] = [eagerClassifier, graphClassifier].map((make) =>
      make(engine, plan, weights, subtracted),
    );
    for (const count of [0, 1, 7, 8, 65, 513]) {
      const { pixels } = randomBatch(count, { channels: 3, height: 6, width: 6 }, 3, count);
      const found = await graph.classify(pixels);
      expect(found.length).toBe(3 * count);
      if (count === 0) continue;
      expect(largestDifference(found, await eager.classify(pixels))).toBeLessThan(1e-6);
      expect(new Set(found).size).toBeGreaterThan(2);
    }
    eager.dispose();
    graph.dispose();
  }
});

describe("a graph", () => {
  test("keeps its values from one run to the next, and hands them to another", () => {
    const tf = tensorFlowOf(engine);
    const countUp = Graph.compile(tf, (recorder) => {
      const sum = tf.variable(tf.zeros([2]), false);
      recorder.keep(sum);
      sum.assign(tf.add(sum, recorder.input("added", "float32", [2])));
      return [tf.mul(sum, 2)];
    });
    expect([...countUp.run(new Map([["added", Float32Array.of(1, 2)]]))[0]]).toEqual([2, 4]);
    expect([...countUp.run(new Map([["added", Float32Array.of(1, 2)]]))[0]]).toEqual([4, 8]);
    const shown = Graph.compile(tf, (recorder) => {
      const value = tf.variable(tf.zeros([2]), false);
      recorder.keep(value);
      return [tf.add(value, 1)];
    });
    expect([...shown.run(new Map())[0]]).toEqual([1, 1]);
    shown.takeKept(countUp);
    expect([...shown.run(new Map())[0]]).toEqual([3, 5]);
    expect(countUp.getKept().map((values) => [...values])).toEqual([[2, 4]]);
    countUp.dispose();
    shown.dispose();
  });

  test("has its own copy of what it keeps, wherever that lay in memory", () => {
    const tf = tensorFlowOf(engine);
    const memory = new Float32Array(20);
    // TensorFlow shares JavaScript's memory where that lies at a multiple of 64 bytes: one of these does.
    for (let place = 0; place < 16; place++) {
      memory.fill(1);
      const graph = Graph.compile(tf, (recorder) => {
        recorder.keep(tf.variable(tf.tensor(memory.subarray(place, place + 4)), false));
        return [];
      });
      memory.fill(2);
      expect([...graph.getKept()[0]], `${place}`).toEqual([1, 1, 1, 1]);
      graph.dispose();
    }
  });

  /** Does work while graphs' folders are made elsewhere: other processes' lie in the usual place. */
  function withTemporaryFolder<T>(folder: string, work: () => T): T {
    const place = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      return work();
    } finally {
      if (place === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = place;
    }
  }

  test("says in one sentence where its file can't be written", () => {
    const tf = tensorFlowOf(engine);
    const compile = () => withTemporaryFolder("/nowhere", () => Graph.compile(tf, () => [tf.scalar(1)]));
    expect(compile).toThrow(
      "/nowhere: found no folder of that name, expected a folder for temporary files, through which the network comes onto the engine; free some space there, or set TMPDIR to another folder.",
    );
  });

  test("leaves no file and no tensor behind, whether it can be made or not", () => {
    const tf = tensorFlowOf(engine);
    const folder = mkdtempSync(join(tmpdir(), "histobook-"));
    const tensors = tf.memory().numTensors;
    withTemporaryFolder(folder, () => {
      const graph = Graph.compile(tf, (recorder) => [tf.square(recorder.input("x", "float32", [1]))]);
      graph.run(new Map([["x", Float32Array.of(3)]]));
      graph.dispose();
    });
    const { binding } = nativeBackendOf(tf)!;
    const compile = () =>
      withTemporaryFolder(folder, () =>
        Graph.compile(tf, (recorder) => {
          const x = recorder.input("x", "float32", [1]);
          recorder.keep(tf.variable(tf.zeros([1]), false));
          return [tf.mul(x, x.dataSync()[0])];
        }),
      );
    expect(compile).toThrow(
      /^graph: found a layer that reads its values while the network runs, expected layers of tensor operations alone; .+\.$/,
    );
    expect(nativeBackendOf(tf)!.binding).toBe(binding);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(readdirSync(folder)).toEqual([]);
  });
});
