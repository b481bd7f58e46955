/**
 * Long runs in one process: whether memory, tensors and open handles stay what they are. Each part that is finished is kept in a
 * folder, so that an interrupted bench goes on with the next one.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createSample, makeDatabases, makeFolds, makePatches, openStudy, train } from "histobook";
import { heldBy } from "./long-held.mjs";
import { peerPython } from "./peers.mjs";
import { rounded } from "./timing.mjs";

export const title = "Long runs, measured";
export const document = "reliability.md";
/** Takes the better part of an hour. */
export const onlyByName = true;

export const options = {
  iterations: { type: "string", default: "50000" },
  maps: { type: "string", default: "200" },
  cells: { type: "string", default: "1000" },
  folder: { type: "string", default: join(import.meta.dirname, ".long") },
  /** Do again what is finished. */
  anew: { type: "boolean", default: false },
  /** The one part to do; the others' rows are those that are finished. */
  only: { type: "string" },
};

/** So many looks at the process. */
const looks = 100;

const parts = {
  async training({ iterations }, study) {
    const models = join(study, "models");
    writeFileSync(join(models, "long-net.prototxt"), network);
    writeFileSync(join(models, "long-solver.prototxt"), solver(iterations));
    const args = ["long-solver.prototxt", iterations, Math.max(1, Math.floor(iterations / looks))];
    const samples = await watched(nodeWith("long-training.mjs", args, models));
    return { what: `${iterations} training iterations`, samples };
  },
  async maps({ maps }, study) {
    const args = [study, maps, Math.max(4, Math.floor(maps / looks))];
    const samples = await watched(nodeWith("long-maps.mjs", args, study));
    return { what: `${maps} maps, in all modes in turn`, samples };
  },
  async kernel({ cells }, study, log) {
    const python = peerPython({ jupyter_client: "jupyter_client" }, log);
    const kernel = join(import.meta.dirname, "..", "kernel-lib", "bin", "kernel.js");
    const task = {
      argv: [process.execPath, kernel, "{connection_file}"],
      folder: study,
      cells,
      every: Math.max(2, Math.floor(cells / looks)),
    };
    const child = spawn(python, [join(import.meta.dirname, "long_kernel.py"), JSON.stringify(task)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const samples = await watched(child, ({ pid }) => {
      const held = heldBy(pid);
      child.stdin.write("\n");
      return held;
    });
    return { what: `${cells} cells with ${Math.floor(cells / 2)} displays in the kernel`, samples };
  },
};

export async function rows(log, values) {
  const { folder, anew, only } = values;
  if (only !== undefined && !Object.hasOwn(parts, only))
    throw new Error(`bench: found --only ${only}, expected one of: ${Object.keys(parts).join(", ")}`);
  const counts = Object.fromEntries(
    ["iterations", "maps", "cells"].map((name) => [name, Number(values[name])]),
  );
  mkdirSync(folder, { recursive: true });
  const results = [];
  for (const [name, part] of Object.entries(parts)) {
    const file = join(folder, `${name}.json`);
    if (anew && (only ?? name) === name) rmSync(file, { force: true });
    const earlier = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
    if (earlier && JSON.stringify(earlier.counts) === JSON.stringify(counts)) {
      log(`long: ${earlier.what}: as before`);
      results.push(earlier);
      continue;
    }
    if ((only ?? name) !== name)
      throw new Error(`bench: found no finished part "${name}" in ${folder}, expected one; do it first`);
    const study = await trainedStudy(join(folder, "study"), log);
    log(`long: ${name}`);
    const result = { counts, ...(await part(counts, study, log)) };
    writeFileSync(`${file}.unfinished`, `${JSON.stringify(result)}\n`);
    renameSync(`${file}.unfinished`, file);
    results.push(result);
  }
  const measured = results.map(rowOf);
  mkdirSync(join(import.meta.dirname, "results"), { recursive: true });
  writeFileSync(join(import.meta.dirname, "results", "long.json"), `${JSON.stringify(measured, null, 2)}\n`);
  return measured;
}

function nodeWith(program, args, cwd) {
  const words = ["--expose-gc", join(import.meta.dirname, program), ...args.map(String)];
  return spawn(process.execPath, words, { cwd, stdio: ["ignore", "pipe", "inherit"] });
}

/** All that a process says of itself while it works. */
async function watched(child, look = () => ({})) {
  const samples = [];
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    samples.push({ ...said, ...look(said) });
    if (performance.now() - told < 15_000) continue;
    told = performance.now();
    process.stderr.write(`long: ${said.done} of ${said.total}\n`);
  }
  const status = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
  if (status !== 0) throw new Error(`bench: the process ended with status ${status}`);
  return samples;
}

/** How much a run holds at a tenth, at its half and at its end; what has grown in its second half would grow for ever. */
function rowOf({ what, samples }) {
  const median = (from, to, name) => {
    const part = samples.slice(Math.floor(from * samples.length), Math.ceil(to * samples.length));
    return part.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(part.length / 2)];
  };
  const growth = (name) => {
    if (samples[0][name] === undefined) return null;
    return Number((100 * (median(0.9, 1, name) / median(0.45, 0.55, name) - 1)).toFixed(1));
  };
  const megabytes = (value) => rounded(value / 1e6);
  const range = (name) => {
    const settled = samples.slice(Math.floor(0.1 * samples.length)).map((one) => one[name]);
    return settled[0] === undefined ? null : [Math.min(...settled), Math.max(...settled)];
  };
  return {
    name: "long",
    what,
    "MB at a tenth": megabytes(median(0.05, 0.15, "resident")),
    "MB at half": megabytes(median(0.45, 0.55, "resident")),
    "MB at the end": megabytes(median(0.9, 1, "resident")),
    "growth in the second half, %": growth("resident"),
    "the same of JavaScript's, %": growth("heap"),
    ...Object.fromEntries(handles.map((name) => [name, range(name)])),
  };
}

const handles = ["files", "threads", "resources", "tensors"];
const memory = [
  "MB at a tenth",
  "MB at half",
  "MB at the end",
  "growth in the second half, %",
  "the same of JavaScript's, %",
];

export function table(rows) {
  const shown = (range) => {
    if (range === null) return "-";
    return range[0] === range[1] ? range[0] : `${range[0]} to ${range[1]}`;
  };
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(["in one process", ...memory, "open files", "threads", "resources of Node", "tensors"]),
    `| --- |${" ---: |".repeat(memory.length + handles.length)}`,
    ...rows.map((row) =>
      line([row.what, ...memory.map((name) => row[name] ?? "-"), ...handles.map((name) => shown(row[name]))]),
    ),
    "",
    "Memory is the process's resident set, the median of a tenth of the looks round that point; JavaScript's is what is left after its" +
      " garbage was collected. The other columns are the least and the most after the first tenth. The training's network is small" +
      " (4 filters of 5 x 5, batches of 4 patches), with tests and snapshots; maps are made in modes window, dense and adaptive and in" +
      " tiles, with all files of `--also`; every other cell of the kernel shows 2 to 6 kB of HTML. The kernel's resident set is what is in use" +
      " and up to as much garbage again.",
  ].join("\n");
}

/** A model of fold 1, trained for a moment: what it says is of no interest here. */
async function trainedStudy(directory, log) {
  if (!existsSync(directory)) {
    log("long: training a model for a moment");
    const unfinished = `${directory}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    const study = openStudy(await createSample(unfinished));
    await makePatches(study, { perImage: 30 });
    await makeFolds(study);
    await makeDatabases(study, { fold: 1 });
    await train(openStudy(unfinished), { fold: 1, iterations: 20, batch: 16, processes: 1 });
    renameSync(unfinished, directory);
  }
  return directory;
}

const network = `name: "long"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { mean_file: "../DB_train_w32_1.binaryproto" mirror: true }
  data_param { source: "../DB_train_1" batch_size: 4 backend: LEVELDB } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { mean_file: "../DB_train_w32_1.binaryproto" }
  data_param { source: "../DB_test_1" batch_size: 4 backend: LEVELDB } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 stride: 2 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" include { phase: TEST } }
`;

const solver = (iterations) => `net: "long-net.prototxt"
type: "AdaGrad"
base_lr: 0.001
lr_policy: "fixed"
max_iter: ${iterations}
display: 100
test_iter: 5
test_interval: 500
snapshot: ${Math.max(1, Math.floor(iterations / 10))}
snapshot_prefix: "long"
`;
