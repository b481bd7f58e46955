import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  readModel,
  readNetPrototxt,
  readSolverPrototxt,
  readSolverState,
} from "../../kernel-lib/dist/caffe/index.js";
import type { StepEvent } from "../../kernel-lib/dist/foundation/index.js";
import { openStudy, readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import {
  readTrainingLog,
  train,
  trainSolver,
  writeFoldPrototxts,
  type TrainOptions,
} from "../../kernel-lib/dist/training/index.js";
import { newStudy, addCase } from "../study/pictures.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

const small: TrainOptions = { fold: 1, iterations: 6, batch: 4, snapshotEvery: 2 };
const library = join(__dirname, "..", "..", "kernel-lib", "dist", "index.js");

let prepared: Study;
let study: Study;
const path = (...parts: string[]) => join(study.directory, ...parts);
const bytes = (name: string) => readFileSync(path("models", name)).toString("base64");
const final = (of = study) =>
  [".caffemodel", ".solverstate"].map((ending) =>
    readFileSync(join(of.directory, "models", `1_caffenet_train_w32_iter_6${ending}`)).toString("base64"),
  );
/** Changes a prototxt as its reader would. */
function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(path("models", file), "utf8");
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  writeFileSync(path("models", file), edited);
}
const solverFile = "1-alexnet_solver_ada.prototxt";
const netFile = "1-alexnet_traing_32w_db.prototxt";

beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

describe("train", () => {
  test("writes prototxts, models, logs and the manifest of every fold, with the tutorial's names", async () => {
    const events: StepEvent[] = [];
    const all = { ...small, fold: undefined };
    const result = await train(study, { ...all, report: (event) => events.push(event) });
    expect(result.written).toEqual([
      "models/1-alexnet_solver_ada.prototxt",
      "models/1-alexnet_traing_32w_db.prototxt",
      "models/deploy.prototxt",
      "models/2-alexnet_solver_ada.prototxt",
      "models/2-alexnet_traing_32w_db.prototxt",
    ]);
    expect(result.folds.map(({ fold, model, reused }) => ({ fold, model, reused }))).toEqual([
      { fold: 1, model: "models/1_caffenet_train_w32_iter_6.caffemodel", reused: false },
      { fold: 2, model: "models/2_caffenet_train_w32_iter_6.caffemodel", reused: false },
    ]);
    expect(readdirSync(path("models")).sort()).toEqual(
      [1, 2]
        .flatMap((fold) => [
          `${fold}-alexnet_solver_ada.prototxt`,
          `${fold}-alexnet_traing_32w_db.prototxt`,
          `${fold}-training-log.jsonl`,
          ...[2, 4, 6].flatMap((n) => [
            `${fold}_caffenet_train_w32_iter_${n}.caffemodel`,
            `${fold}_caffenet_train_w32_iter_${n}.solverstate`,
          ]),
        ])
        .concat("deploy.prototxt")
        .sort(),
    );
    const record = readManifest(study.directory).models[2];
    expect(record).toMatchObject({ iterations: 6, scale: 1, size: 32, engine: result.engine, seed: 1 });
    expect(record.overrides).toEqual({ iterations: 6, batch: 4, snapshotEvery: 2 });

    const { entries } = result.folds[0];
    expect(readTrainingLog(path("models", "1-training-log.jsonl"))).toEqual(entries);
    const iterationsOf = (kind: string) =>
      entries.flatMap((entry) => (entry.kind === kind && "iteration" in entry ? [entry.iteration] : []));
    expect(iterationsOf("loss")).toEqual([0, 1, 2, 3, 4, 5]);
    expect(iterationsOf("test")).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(iterationsOf("snapshot")).toEqual([2, 4, 6]);
    const progress = events.filter((event) => event.event === "progress");
    expect(progress.map(({ done, total }) => [done, total])).toEqual(
      [1, 2].flatMap(() => [1, 2, 3, 4, 5, 6].map((done) => [done, 6])),
    );
  });

  test("gives the same bytes for the same seed and others for another", async () => {
    const other = copyOfStudy(prepared);
    const third = copyOfStudy(prepared);
    await train(study, small);
    await train(other, small);
    await train(third, { ...small, seed: 2 });
    expect(final(other)).toEqual(final());
    expect(final(third)).not.toEqual(final());
  });

  test("keeps a model that is there already, and trains again when an option, prototxt or seed differs", async () => {
    await train(study, small);
    const when = () => statSync(path("models", "1_caffenet_train_w32_iter_6.caffemodel")).mtimeMs;
    const before = when();
    const told: unknown[] = [];
    const { folds, written } = await train(study, { ...small, onEntry: (_, entry) => told.push(entry) });
    expect(written).toEqual([]);
    expect(folds[0].reused).toBe(true);
    expect(folds[0].entries.length).toBeGreaterThan(6);
    expect(told).toEqual(folds[0].entries);
    expect(when()).toBe(before);
    expect((await train(study, { ...small, seed: 2 })).folds[0].reused).toBe(false);
    edit(netFile, "std: 0.01", "std: 0.02");
    expect((await train(study, { ...small, seed: 2 })).folds[0].reused).toBe(false);
  });

  test("an interrupt leaves a snapshot, and the resumed run ends with the bytes of an undisturbed one", async () => {
    const undisturbed = copyOfStudy(prepared);
    await train(undisturbed, small);
    const stop = new AbortController();
    const report = (event: StepEvent) => {
      if (event.event === "progress" && event.done === 3) stop.abort();
    };
    await expect(train(study, { ...small, signal: stop.signal, report })).rejects.toMatchObject({
      code: "Interrupted",
      message:
        "models/1-alexnet_solver_ada.prototxt: found an interrupt at iteration 3, expected 6 iterations; " +
        "run the same again with --resume, and it goes on from iteration 3.",
    });
    expect(readManifest(study.directory).models).toEqual({});
    const { folds } = await train(study, { ...small, resume: true });
    expect(final()).toEqual(final(undisturbed));
    const losses = (entries: (typeof folds)[0]["entries"]) =>
      entries.filter(({ kind }) => kind === "loss" || kind === "test");
    const expected = readTrainingLog(join(undisturbed.directory, "models", "1-training-log.jsonl"));
    expect(losses(folds[0].entries)).toEqual(losses(expected));
  });

  test("an interrupt does not wait for a test's end, and the resumed run does that test", async () => {
    const undisturbed = copyOfStudy(prepared);
    await train(undisturbed, small);
    const stop = new AbortController();
    const onEntry = (_: number, { kind }: { kind: string }) => {
      if (kind === "snapshot") stop.abort();
    };
    const work = train(study, { ...small, signal: stop.signal, onEntry });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
    const log = () => readTrainingLog(path("models", "1-training-log.jsonl"));
    const tests = () => log().flatMap((entry) => (entry.kind === "test" ? [entry] : []));
    expect(tests().at(-1)!.iteration).toBeLessThan(2);
    await train(study, { ...small, resume: true });
    const expected = readTrainingLog(join(undisturbed.directory, "models", "1-training-log.jsonl"));
    expect(tests()).toEqual(expected.filter(({ kind }) => kind === "test"));
    expect(final()).toEqual(final(undisturbed));
  });

  test("a killed run resumes from its newest snapshot and ends with the bytes of an undisturbed one", async () => {
    const undisturbed = copyOfStudy(prepared);
    await train(undisturbed, small);
    const code = `const { openStudy, train } = require(${JSON.stringify(library)});
      const report = (event) => { if (event.done === 5) process.kill(process.pid, "SIGKILL"); };
      train(openStudy(${JSON.stringify(study.directory)}), { ...${JSON.stringify(small)}, report });`;
    const child = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
    const signal = await new Promise((resolve) => child.once("exit", (_, name) => resolve(name)));
    expect(signal).toBe("SIGKILL");
    expect(existsSync(path("models", "1_caffenet_train_w32_iter_4.solverstate"))).toBe(true);
    const seen: number[] = [];
    const report = (event: StepEvent) => void (event.event === "progress" && seen.push(event.done));
    await train(study, { ...small, resume: true, report });
    expect(seen).toEqual([5, 6]);
    expect(final()).toEqual(final(undisturbed));
  });

  test("mirrored and dropped values are those of an undisturbed run after a resume", async () => {
    const undisturbed = copyOfStudy(prepared);
    for (const each of [undisturbed, study]) {
      study = each;
      await train(each, { ...small, iterations: 1, snapshotEvery: 1 });
      edit(
        netFile,
        'layer {\n  name: "ip2"',
        'layer { name: "drop" type: "Dropout" bottom: "ip1" top: "ip1" }\nlayer {\n  name: "ip2"',
      );
    }
    expect(readFileSync(path("models", netFile), "utf8")).toContain("mirror: true");
    await train(undisturbed, small);
    const snapshot = join(undisturbed.directory, "models", "1_caffenet_train_w32_iter_4.solverstate");
    await train(study, { ...small, snapshot });
    expect(final()).toEqual(final(undisturbed));
  });

  test("resume starts anew, and says so, when the snapshots are of another run", async () => {
    await train(study, small);
    const events: StepEvent[] = [];
    await train(study, { ...small, seed: 2, resume: true, report: (event) => events.push(event) });
    const warnings = events.flatMap((event) =>
      event.event === "warning" && event.message.includes("anew") ? [event.message] : [],
    );
    expect(warnings.length).toBe(1);
    expect(events.some((event) => event.event === "progress" && event.done === 1)).toBe(true);
  });

  test("uses edited prototxts and leaves them as they are; options win for one run and are recorded", async () => {
    await train(study, { ...small, iterations: 2 });
    expect(readSolverPrototxt(path("models", solverFile)).maxIter).toBe(2);
    edit(solverFile, "max_iter: 2", "max_iter: 3");
    edit(
      netFile,
      /num_output: 64\n {4}weight_filler \{ type: "gaussian" std: 0.1 \}/,
      'num_output: 10\n    weight_filler { type: "xavier" }',
    );
    const texts = [bytes(solverFile), bytes(netFile)];
    const { folds } = await train(study, { fold: 1 });
    expect(folds[0].iterations).toBe(3);
    expect(readManifest(study.directory).models[1].overrides).toEqual({});
    const { weights } = readModel(path("models", "1_caffenet_train_w32_iter_3.caffemodel"));
    expect(weights.get("ip1")![0].shape).toEqual([10, 1024]);

    const again = await train(study, { fold: 1, iterations: 4, learningRate: 0.01 });
    expect(again.folds[0].iterations).toBe(4);
    expect(again.folds[0].entries.find(({ kind }) => kind === "loss")).toMatchObject({ learningRate: 0.01 });
    expect(readManifest(study.directory).models[1].overrides).toEqual({ iterations: 4, learningRate: 0.01 });
    expect([bytes(solverFile), bytes(netFile)]).toEqual(texts);
  });

  test.each([
    [1000, 7],
    [127, 1],
  ])("test_iter for %i test patches is their number / 128, and at least 1: %i", (testPatches, expected) => {
    writeFoldPrototxts(study.directory, { fold: 1, size: 32, testPatches, overrides: { batch: 24 } });
    expect(readSolverPrototxt(path("models", solverFile)).testIter).toEqual([expected]);
    const { layer } = readNetPrototxt(path("models", netFile));
    expect(layer.slice(0, 2).map(({ dataParam }) => dataParam?.batchSize)).toEqual([24, 128]);
  });

  test("starts from a model's weights, layer by layer", async () => {
    await train(study, small);
    const weights = path("models", "1_caffenet_train_w32_iter_6.caffemodel");
    const other = copyOfStudy(prepared);
    const { folds } = await train(other, { ...small, iterations: 1, weights, learningRate: 1e-9 });
    const found = readModel(join(other.directory, folds[0].model)).weights.get("conv2")![0].data;
    const expected = readModel(weights).weights.get("conv2")![0].data;
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-7);
  });

  test("learns: the loss of the training patches falls", async () => {
    const { folds } = await train(study, { fold: 1, iterations: 60, batch: 16, learningRate: 0.001 });
    const losses = folds[0].entries.flatMap((entry) => (entry.kind === "loss" ? [entry.loss] : []));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
  });

  test.each<[string, (directory: string) => TrainOptions | undefined, string, RegExp]>([
    [
      "a fold without databases",
      () => ({ fold: 3 }),
      "MissingStep",
      /found databases of folds 1, 2 only, expected DB_train_3/,
    ],
    [
      "no iterations",
      () => ({ iterations: 0 }),
      "BadOption",
      /^--iterations: found 0, expected a whole number of at least 1/,
    ],
    ["nothing read ahead", () => ({ readAhead: 0 }), "BadOption", /^--read-ahead: found 0/],
    ["half a batch", () => ({ batch: 2.5 }), "BadOption", /^--batch: found 2.5/],
    ["a learning rate of 0", () => ({ learningRate: 0 }), "BadOption", /^--learning-rate: found 0/],
    [
      "weights that are not there",
      () => ({ weights: "no.caffemodel" }),
      "BadInput",
      /^no.caffemodel: found no readable file/,
    ],
    [
      "an engine of no such name",
      () => ({ engine: "torch" as never }),
      "BadOption",
      /^--engine: found 'torch'/,
    ],
  ])("stops with one sentence at %s", async (_, options, code, sentence) => {
    const { fold = 1, ...rest } = options(study.directory) ?? {};
    const work = train(study, { ...small, fold, ...rest });
    await expect(work).rejects.toMatchObject({ code });
    await expect(work).rejects.toThrow(sentence);
  });

  test.each<[string, string, string | RegExp, string, string, RegExp]>([
    [
      "momentum with AdaGrad",
      solverFile,
      'type: "AdaGrad"',
      'type: "AdaGrad"\nmomentum: 0.9',
      "BadInput",
      /solver_ada.prototxt: found momentum: 0.9 with AdaGrad, expected no momentum/,
    ],
    [
      "an unknown solver type",
      solverFile,
      "AdaGrad",
      "LBFGS",
      "Unsupported",
      /found type "LBFGS", expected one of SGD/,
    ],
    ["an unknown policy", solverFile, "fixed", "cosine", "Unsupported", /found lr_policy "cosine"/],
    [
      "a base_lr below 0",
      solverFile,
      "base_lr: 0.001",
      "base_lr: -1",
      "BadInput",
      /found base_lr: -1, expected a positive learning rate/,
    ],
    ["no network", solverFile, /net: ".*"\n/, "", "BadInput", /found no net, expected net/],
    [
      "a network that is missing",
      solverFile,
      /net: ".*"/,
      'net: "other.prototxt"',
      "BadInput",
      /other.prototxt/,
    ],
    [
      "batch_size 0",
      netFile,
      /batch_size: \d+/g,
      "batch_size: 0",
      "BadInput",
      /layer "cifar_train": found batch_size: 0, expected at least 1/,
    ],
    ["a database that is missing", netFile, "DB_train_1", "DB_train_9", "MissingStep", /DB_train_9/],
    ["a mean image that is missing", netFile, /DB_train_w32_1/g, "other", "BadInput", /other.binaryproto/],
    [
      "LMDB",
      netFile,
      /LEVELDB/g,
      "LMDB",
      "Unsupported",
      /found backend: LMDB, expected a Data layer that reads a LevelDB/,
    ],
    [
      "a layer that is not known",
      netFile,
      'type: "ReLU"',
      'type: "Crop"',
      "Unsupported",
      /^models\/1-alexnet_traing_32w_db.prototxt: layer "relu1": found type "Crop"/,
    ],
    [
      "no loss",
      netFile,
      '"SoftmaxWithLoss"',
      '"Accuracy"',
      "Unsupported",
      /found no loss layer in its TRAIN phase/,
    ],
    [
      "a crop larger than the patches",
      netFile,
      /crop_size: 32/g,
      "crop_size: 40",
      "BadInput",
      /found images of 32 x 32, expected at least 40 x 40/,
    ],
  ])("stops with one sentence at prototxts with %s", async (_, file, from, to, code, sentence) => {
    await train(study, { ...small, iterations: 1 });
    edit(file, from, to);
    const work = train(study, { fold: 1 });
    await expect(work).rejects.toThrow(sentence);
    await expect(work).rejects.toMatchObject({ code });
  });

  test("stops when the loss is no number any more", async () => {
    await train(study, { ...small, iterations: 1 });
    edit(solverFile, 'type: "AdaGrad"', 'type: "SGD"');
    const work = train(study, { fold: 1, iterations: 50, learningRate: 1e9 });
    await expect(work).rejects.toThrow(
      /found a loss of \w+ at iteration \d+, expected a finite loss; lower base_lr/,
    );
  });

  test("stops at a study without databases", async () => {
    const directory = newStudy();
    await addCase(directory, "P1_1");
    await expect(train(openStudy(directory), small)).rejects.toThrow(
      /found no databases, expected DB_train_1.*run 'histobook databases/,
    );
  });

  test("stops at a snapshot whose model is missing", async () => {
    await train(study, small);
    rmSync(path("models", "1_caffenet_train_w32_iter_4.caffemodel"));
    const snapshot = path("models", "1_caffenet_train_w32_iter_4.solverstate");
    await expect(train(study, { ...small, seed: 3, snapshot })).rejects.toThrow(
      /found a state whose model '1_caffenet_train_w32_iter_4.caffemodel' is missing/,
    );
  });
});

describe("trainSolver", () => {
  const home = process.cwd();
  test("runs every type of solver with momentum, a step policy and clipping, and writes its history", async () => {
    await train(study, { ...small, iterations: 1 });
    process.chdir(path("models"));
    try {
      for (const [type, blobs] of Object.entries({
        SGD: 10,
        Nesterov: 10,
        RMSProp: 10,
        AdaDelta: 20,
        Adam: 20,
      })) {
        writeFileSync(
          `${type}.prototxt`,
          `net: "${netFile}" type: "${type}" base_lr: 0.001 lr_policy: "step" gamma: 0.5 stepsize: 2
           ${type === "RMSProp" ? "rms_decay: 0.9" : "momentum: 0.9"} delta: 1e-6 clip_gradients: 5 iter_size: 2 max_iter: 3 display: 1
           snapshot_prefix: "${type}" weight_decay: 0.001 regularization_type: "L1"`,
        );
        const { entries, files, iterations } = await trainSolver(`${type}.prototxt`, { batch: 2 });
        expect(iterations).toBe(3);
        const rates = entries.flatMap((entry) => (entry.kind === "loss" ? [entry.learningRate] : []));
        expect(rates.map((rate) => Number(rate.toPrecision(6)))).toEqual([0.001, 0.001, 0.0005]);
        const state = readSolverState(files!.state);
        expect(state).toMatchObject({
          iteration: 3,
          currentStep: 1,
          learnedNet: `${type}_iter_3.caffemodel`,
        });
        expect(state.history.length).toBe(blobs);
        expect(state.history.every(({ data }) => data.every(Number.isFinite))).toBe(true);
      }
    } finally {
      process.chdir(home);
    }
  });
});
