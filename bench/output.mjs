/**
 * Step 5: a map of 500 x 500 pixels in each mode, beside PyTorch over the same windows and in its dense form, and beside real
 * Caffe where it is built (HISTOBOOK_CAFFE, or .caffe/); then how far each mode agrees with window mode.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  createSample,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  padSymmetric,
  readManifest,
  train,
} from "histobook";
import { caffeFolder } from "../scripts/caffe.mjs";
import { peerPython } from "./peers.mjs";
import { rounded } from "./timing.mjs";
import { deployNet } from "./training-networks.mjs";
import { startWorker } from "./worker.mjs";

const require = createRequire(import.meta.url);
const { readImage } = require("../kernel-lib/dist/study/index.js");

export const title = "Probability maps";
export const document = "output.md";

const rounds = 8;
const side = 500;
/** Of the window modes a part of the map is timed: every row of windows takes as long as another. */
const timedRows = 10;
const shared = join(import.meta.dirname, "..", "..", "shared");

export async function rows(log) {
  const scratch = mkdtempSync(join(tmpdir(), "histobook-bench-"));
  const contestants = [];
  try {
    const study = await trainedStudy(scratch, log);
    const worker = join(import.meta.dirname, "output-worker.mjs");
    const start = async (...given) => {
      const contestant = await startWorker(...given);
      contestants.push(contestant);
      return contestant;
    };
    const ours = await start(process.execPath, [worker]);
    const peers = await startPeers(start, study, scratch, log);
    const times = await inTurn(ours, peers, { ...(await picture(study, scratch)), ...study.files }, log);
    const agreements = await agreementsOf(ours, [...study.cases, ...authorsCases()], log);
    return [...timeRows(times, { engine: ours.ready, torch: peers[0].side.ready }), ...agreements];
  } finally {
    contestants.forEach((contestant) => contestant.end());
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The sample, with a network of fold 1 that has learned for 300 iterations. */
async function trainedStudy(scratch, log) {
  const study = openStudy(await createSample(join(scratch, "study")));
  await makePatches(study, { perImage: 300 });
  await makeFolds(study);
  await makeDatabases(study, { fold: 1 });
  log("output: training on the sample");
  await train(study, { fold: 1, iterations: 300, snapshotEvery: 300 });
  const files = {
    model: join(study.directory, readManifest(study.directory).models[1].file),
    mean: join(study.directory, "DB_train_w32_1.binaryproto"),
  };
  const { readParentList } = require("../kernel-lib/dist/folds/index.js");
  const patients = readParentList(join(study.directory, "test_w32_parent_1.txt"));
  const tested = study.cases.filter(({ patient }) => patients.includes(patient)).slice(0, 3);
  const cases = tested.map(({ name, imagePath }) => ({
    image: imagePath,
    name: `${name} (sample)`,
    network: "fold 1, 300 iterations",
    scale: 1,
    ...files,
  }));
  return { directory: study.directory, image: study.cases[0].imagePath, files, cases };
}

/** The author's networks on larger tissue, where they lie beside the repository. */
function authorsCases() {
  const [models, images] = [join(shared, "caffe", "models"), join(shared, "data", "cmu1")];
  if (!existsSync(models) || !existsSync(images)) return [];
  const files = readdirSync(images).filter((name) => name.endsWith(".tif"));
  return [1, 2, 3].flatMap((fold) =>
    files.map((file) => ({
      image: join(images, file),
      name: file.replace(".tif", ""),
      network: `the author's, fold ${fold}`,
      scale: 0.5,
      side: 250,
      model: join(models, `${fold}_caffenet_train_w32_iter_600000.caffemodel`),
      mean: join(models, `DB_train_w32_${fold}.binaryproto`),
    })),
  );
}

/** An image of the sample, mirrored outward to the map's size, as raw RGB. */
async function picture({ image }, scratch) {
  const { width, height, ...rest } = await readImage(image, 1);
  const margin = Math.ceil(Math.max(side - width, side - height) / 2);
  const padded = padSymmetric({ width, height, ...rest }, margin);
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    data.set(padded.data.subarray(3 * y * padded.width, 3 * (y * padded.width + side)), 3 * y * side);
  }
  const pixels = join(scratch, "picture.rgb");
  writeFileSync(pixels, data);
  return { pixels, width: side, height: side };
}

/** The peers and the modes that each has. */
async function startPeers(start, { files: { model, mean } }, scratch, log) {
  const python = peerPython({ torch: "torch==2.13.0", numpy: "numpy" }, log);
  const torch = await start(python, [join(import.meta.dirname, "output_peers.py")]);
  const peers = ["torch", "torch channels_last"].map((peer) => ({
    peer,
    side: torch,
    modes: ["window", "dense"],
  }));
  const folder = caffeFolder();
  if (folder === undefined) {
    log("output: no built Caffe (HISTOBOOK_CAFFE), so it is left out");
    return peers;
  }
  const net = join(scratch, "deploy.prototxt");
  writeFileSync(net, deployNet);
  const env = { ...process.env, PYTHONPATH: join(folder, "python"), GLOG_minloglevel: "2" };
  const program = join(import.meta.dirname, "output_caffe.py");
  const caffe = await start("/usr/bin/python3", [program, net, model, mean], env);
  return [...peers, { peer: "caffe", side: caffe, modes: ["window"] }];
}

/** Each contestant's best and middle seconds for the whole map, by "mode peer". */
async function inTurn(ours, peers, image, log) {
  const contestants = ["window", "dense", "adaptive"].flatMap((mode) => [
    { mode, peer: "histobook", side: ours },
    ...peers
      .filter(({ modes }) => modes.includes(mode))
      .map(({ peer, side: other }) => ({ mode, peer, side: other })),
  ]);
  const times = new Map();
  // The first round warms up, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const { mode, peer, side: contestant } of contestants) {
      const part = mode === "window" ? timedRows : undefined;
      const { seconds } = await contestant.ask({ task: "time", mode, peer, rows: part, ...image });
      const whole = part === undefined ? seconds : (seconds * side) / part;
      const key = `${mode} ${peer}`;
      if (round > 0) times.set(key, [...(times.get(key) ?? []), whole]);
      log(`output: round ${round}, ${mode}, ${peer}: ${whole.toFixed(2)} s a map`);
      // The threads of the one before go on spinning for a moment.
      await pause(300);
    }
  }
  const sorted = [...times].map(([key, all]) => [key, all.sort((a, b) => a - b)]);
  return new Map(sorted.map(([key, all]) => [key, { best: all[0], middle: all[all.length >> 1] }]));
}

function timeRows(times, about) {
  return (
    [...times.keys()]
      .map((key) => ({ mode: key.slice(0, key.indexOf(" ")), peer: key.slice(key.indexOf(" ") + 1) }))
      // Adaptive mode has no peer but the reference.
      .map(({ mode, peer }) =>
        mode === "adaptive"
          ? { mode, peer: "window", key: "window histobook" }
          : { mode, peer, key: `${mode} ${peer}` },
      )
      .filter(({ peer }) => peer !== "histobook")
      .map(({ mode, peer, key }) => {
        const [own, theirs] = [times.get(`${mode} histobook`), times.get(key)];
        return {
          name: mode,
          peer,
          unit: "s a map",
          ours: rounded(own.best),
          theirs: rounded(theirs.best),
          ratio: rounded(theirs.best / own.best),
          middleRatio: rounded(theirs.middle / own.middle),
          ...about,
        };
      })
  );
}

const compared = [
  { name: "dense", mode: "dense" },
  { name: "adaptive, a tenth of the windows", mode: "adaptive", windowShare: 0.1 },
  { name: "adaptive, a fifth of the windows", mode: "adaptive", windowShare: 0.2 },
];

async function agreementsOf(ours, cases, log) {
  const found = [];
  for (const { name: imageName, network, ...task } of cases) {
    for (const { name, ...mode } of compared) {
      const answer = await ours.ask({ task: "agreement", ...task, ...mode });
      log(
        `output: ${imageName}, ${network}, ${name}: ${(100 * answer.agreement).toFixed(2)} % of the classes`,
      );
      found.push({
        name,
        peer: "window",
        unit: "share of pixels with window mode's class",
        ours: answer.agreement,
        theirs: 1,
        ratio: answer.agreement,
        image: imageName,
        network,
        largestDifference: answer.largestDifference,
        meanDifference: answer.meanDifference,
      });
    }
  }
  return found;
}

export function table(rows) {
  const times = rows.filter(({ unit }) => unit === "s a map");
  const agreements = rows.filter(({ image }) => image !== undefined);
  const [{ engine, torch }] = times;
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  const pairs = [...new Set(agreements.map(({ image, network }) => `${image} | ${network}`))];
  return [
    "| mode | histobook, s | peer | peer, s | ratio | ratio of the medians |",
    "| --- | ---: | --- | ---: | ---: | ---: |",
    ...times.map(
      ({ name, ours, peer, theirs, ratio, middleRatio }) =>
        `| ${name} | ${ours} | ${peer} | ${theirs} | ${ratio} | ${middleRatio} |`,
    ),
    "",
    `A map of ${side} x ${side} pixels with the tutorial's network; ours by ${engine}, the peer PyTorch ${torch}. The image in,` +
      ` the probabilities out; reading the model is not counted. ${rounds} rounds in turn, figures of the fastest. In window mode` +
      ` ${timedRows} of the ${side} rows are timed and multiplied. Dense and adaptive include the 1,024 windows that ours always` +
      " classifies beside the map to say how far it agrees; PyTorch's dense map has none. Adaptive has window mode as its peer.",
    "",
    "How many pixels get window mode's class, and in brackets by how much their probability differs on average:",
    "",
    `| image | network | ${compared.map(({ name }) => name).join(" | ")} |`,
    `| --- | --- | ${compared.map(() => "---:").join(" | ")} |`,
    ...pairs.map((pair) => {
      const cells = compared.map(({ name }) => {
        const one = agreements.find((row) => row.name === name && pair === `${row.image} | ${row.network}`);
        return `${percent(one.ours)} (${one.meanDifference.toFixed(4)})`;
      });
      return `| ${pair} | ${cells.join(" | ")} |`;
    }),
    ...(existsSync(join(shared, "caffe", "models"))
      ? []
      : ["", "Without ../shared/caffe: the author's models are left out."]),
  ].join("\n");
}
