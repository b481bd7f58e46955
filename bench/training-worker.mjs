/**
 * Our side of the training bench, in a process of its own, on the engine that its argument names (by default the best):
 * it answers each task (a line of JSON) with what it measured.
 */
import { createInterface } from "node:readline";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  createClassifier,
  createLearner,
  initialWeights,
  loadEngine,
  openStoreInThread,
  parseNet,
  Phase,
  planNetwork,
  readMeanImage,
} from "histobook";
import { deployNet, trainingNet } from "./training-networks.mjs";

const [wanted] = process.argv.slice(2);
const engine = await loadEngine(wanted);
const images = { channels: 3, height: 32, width: 32 };
const fixtures = new URL("../test/fixtures/caffe/", import.meta.url);
const mean = readMeanImage(new URL("c/mean_space.binaryproto", fixtures).pathname);

function newLearner() {
  const shapes = new Map([
    ["data", [3, 32, 32]],
    ["label", []],
  ]);
  const plan = planNetwork(parseNet(trainingNet, "bench"), Phase.TRAIN, shapes);
  const settings = {
    plan,
    images,
    transformation: { cropSize: 32, mirror: true, scale: 1, mean: mean.data },
    solver: "AdaGrad",
    constants: { momentum: 0, momentum2: 0.999, rmsDecay: 0.99, delta: 1e-8 },
    weightDecay: 0.004,
    regularization: "L2",
    clipGradients: -1,
    seed: 1,
  };
  return createLearner(engine, settings, initialWeights(plan, 1));
}

const programs = {
  training({ count }) {
    const learner = newLearner();
    const batch = batchOf(
      pixelsOf(count),
      Int32Array.from({ length: count }, (_, n) => n % 2),
    );
    let iteration = 0;
    return () => learner.step([batch], 0.001, iteration++);
  },
  /** A product of square matrices: the most that these cores multiply and add. */
  arithmetic() {
    const { tf } = engine;
    const [one, other] = [tf.randomUniform([2048, 2048]), tf.randomUniform([2048, 2048])];
    return () => tf.matMul(one, other).dispose();
  },
  inference({ count }) {
    const plan = planNetwork(parseNet(deployNet, "bench"), Phase.TEST, new Map());
    const classifier = createClassifier(engine, plan, initialWeights(plan, 1), mean);
    const pixels = pixelsOf(count);
    return () => classifier.classify(pixels);
  },
};

/** Trains from a database as step 4 does, and gives the share of the time in which the engine has nothing to do. */
async function waitingShare({ database, count, seconds }) {
  const learner = newLearner();
  const store = await openStoreInThread({ kind: "database", path: database });
  const batches = store.batches(count, { ahead: 2 });
  let [busy, iteration] = [0, 0];
  const step = async () => {
    const { data, labels } = (await batches.next()).value;
    const batch = batchOf(data, labels);
    const begin = performance.now();
    await learner.step([batch], 0.001, iteration++);
    busy += performance.now() - begin;
    await nextTurn();
  };
  for (let i = 0; i < 3; i++) await step();
  busy = 0;
  const begin = performance.now();
  while (performance.now() < begin + 1000 * seconds) await step();
  const share = 1 - busy / (performance.now() - begin);
  await batches.return();
  await store.close();
  return share;
}

function batchOf(pixels, labels) {
  const mirrored = Uint8Array.from(labels, (_, n) => n % 2);
  return { pixels, labels, mirrored, corners: new Uint16Array(2 * labels.length) };
}

function pixelsOf(count) {
  return Uint8Array.from({ length: count * 3072 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
}

const ready = {};
console.log(JSON.stringify({ ready: engine.description }));
for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  const { name, seconds } = task;
  if (name === "feeding") {
    console.log(JSON.stringify({ share: await waitingShare(task) }));
    continue;
  }
  if (!ready[name]) {
    ready[name] = programs[name](task);
    for (let i = 0; i < 3; i++) await ready[name]();
  }
  const times = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const begin = performance.now();
    await ready[name]();
    times.push((performance.now() - begin) / 1000);
  }
  console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b) }));
}
