/**
 * Step 4's training iteration and step 5's window inference, beside PyTorch in both of its memory layouts and, for
 * inference, onnxruntime with our own export; then how long a real run waits for its data, and the most that the machine's
 * arithmetic would allow.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  exportModel,
  openStudy,
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  parseNet,
  Phase,
  planNetwork,
} from "histobook";
import { peerPython } from "./peers.mjs";
import { rounded } from "./timing.mjs";
import { deployNet } from "./training-networks.mjs";
import { startWorker } from "./worker.mjs";

export const title = "Training and window inference";
export const document = "performance.md";

/** Rounds in turn, and the seconds that each contestant gets in one. */
const rounds = 5;
const seconds = 3;
const counts = { training: 128, inference: 512 };
const peers = {
  training: ["torch", "torch channels_last"],
  inference: ["torch", "torch channels_last", "onnxruntime"],
};
const fixtures = join(import.meta.dirname, "..", "test", "fixtures", "caffe");

export async function rows(log) {
  const scratch = mkdtempSync(join(tmpdir(), "histobook-bench-"));
  try {
    const model = join(scratch, "model.onnx");
    exportModel(join(fixtures, "d", "run_iter_50.caffemodel"), {
      to: "onnx",
      out: model,
      mean: join(fixtures, "c", "mean_space.binaryproto"),
      scale: 1,
    });
    const python = peerPython({ torch: "torch==2.13.0", onnxruntime: "onnxruntime", numpy: "numpy" }, log);
    const ours = await startWorker(process.execPath, [join(import.meta.dirname, "training-worker.mjs")]);
    const theirs = await startWorker(python, [join(import.meta.dirname, "training_peers.py")]);
    const measured = await inTurn(ours, theirs, model, log);
    theirs.end();
    const waits = await waitingShare(ours, scratch, log);
    ours.end();
    return rowsOf(measured, { engine: ours.ready, versions: theirs.ready, waits });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Every contestant's best and middle time, by "name peer". */
async function inTurn(ours, theirs, model, log) {
  const times = new Map();
  const tasks = Object.entries(peers).flatMap(([name, others]) => [
    { name, peer: "histobook", side: ours },
    ...others.map((peer) => ({ name, peer, side: theirs })),
  ]);
  tasks.push({ name: "arithmetic", peer: "histobook", side: ours });
  tasks.push({ name: "arithmetic", peer: "torch", side: theirs });
  for (let round = 1; round <= rounds; round++) {
    for (const { name, peer, side } of tasks) {
      const answer = await side.ask({ name, peer, model, count: counts[name], seconds });
      const key = `${name} ${peer}`;
      times.set(key, [...(times.get(key) ?? []), ...answer.seconds]);
      log(`training: round ${round}, ${name}, ${peer}: ${(1000 * answer.seconds[0]).toFixed(1)} ms`);
      // The threads of the one before go on spinning for a moment.
      await pause(300);
    }
  }
  const sorted = [...times].map(([key, all]) => [key, all.sort((a, b) => a - b)]);
  return new Map(sorted.map(([key, all]) => [key, { best: all[0], middle: all[all.length >> 1] }]));
}

function rowsOf(measured, about) {
  // Whichever library multiplies faster here comes nearer to what the cores can do.
  const product = Math.min(...["histobook", "torch"].map((side) => measured.get(`arithmetic ${side}`).best));
  const peak = (2 * 2048 ** 3) / product;
  return Object.entries(peers).flatMap(([name, others]) => {
    const count = counts[name];
    const ours = measured.get(`${name} histobook`);
    const share = (count * operationsPerPatch(name)) / ours.best / peak;
    return others.map((peer) => {
      const theirs = measured.get(`${name} ${peer}`);
      return {
        name,
        peer,
        unit: "patches/s",
        ours: rounded(count / ours.best),
        theirs: rounded(count / theirs.best),
        ratio: rounded(theirs.best / ours.best),
        middleRatio: rounded(theirs.middle / ours.middle),
        batch: count,
        shareOfPeak: rounded(share),
        peak: rounded(peak / 1e9),
        ...about,
      };
    });
  });
}

/** Multiplications and additions that the network's sums take for one patch, forward, and backward in training. */
function operationsPerPatch(name) {
  const plan = planNetwork(parseNet(deployNet, "bench"), Phase.TEST, new Map());
  const summing = plan.layers.filter(({ parameters }) => parameters.length > 0);
  const sizes = summing.map(({ parameters, tops }) => {
    const [outputs, ...inputs] = parameters[0].shape;
    const places = tops[0].reduce((a, b) => a * b, 1) / outputs;
    return 2 * outputs * places * inputs.reduce((a, b) => a * b, 1);
  });
  const forward = sizes.reduce((a, b) => a + b, 0);
  // Backward, each layer's sums are made for its weights and for its input; nobody asks for the first one's input.
  return name === "inference" ? forward : 3 * forward - sizes[0];
}

/** The share of the time in which the engine, training from a database, has nothing to do. */
async function waitingShare(ours, scratch, log) {
  const study = openStudy(await createSample(join(scratch, "study")));
  await makePatches(study, { perImage: 300 });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  const database = join(study.directory, "DB_train_1");
  const shares = [];
  for (let round = 0; round < rounds; round++) {
    const { share } = await ours.ask({ name: "feeding", database, count: counts.training, seconds });
    shares.push(share);
  }
  // What else the machine does makes the share larger, never smaller.
  const share = Math.min(...shares);
  log(`training: from a database the engine waits ${(100 * share).toFixed(2)} % of its time`);
  return rounded(share);
}

export function table(rows) {
  const [{ engine, versions, peak, waits }] = rows;
  const lines = rows.map(
    ({ name, batch, peer, ours, theirs, ratio, middleRatio, shareOfPeak }) =>
      `| ${name} | ${batch} | ${ours} | ${peer} | ${theirs} | ${ratio} | ${middleRatio} | ${Math.round(100 * shareOfPeak)} % |`,
  );
  return [
    "| row | batch | histobook, patches/s | peer | peer, patches/s | ratio | ratio of the medians | our share of the arithmetic's limit |",
    "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |",
    ...lines,
    "",
    `histobook: ${engine}; peers: PyTorch ${versions.torch} (AdaGrad fused), onnxruntime ${versions.onnxruntime}. The` +
      ` tutorial's network on patches of 32 x 32, all cores; bytes and labels go in, the loss or the probabilities come out;` +
      " mean image and mirroring are part of it (onnxruntime is given numbers that are ready-made, and half of PyTorch's" +
      ` patches are mirrored as ours are). ${rounds} rounds in turn of ${seconds} seconds each; figures of the fastest pass.` +
      ` The arithmetic's limit: ${peak} GFLOP/s, the faster of TensorFlow's and PyTorch's products of two 2048 x 2048` +
      " matrices, measured in turn with the rest; the share counts the multiplications and additions of convolutions and products alone." +
      ` Trained from the sample's database, the network waits ${(100 * waits).toPrecision(2)} % of the time for batches (the least of ${rounds} rounds).`,
  ].join("\n");
}
