/** What a training may do beside the tutorial's recipe: each choice changes the result, and nothing of what is promised. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readModel } from "../../kernel-lib/dist/caffe/index.js";
import { makeValidationDatabase, openPatchStore } from "../../kernel-lib/dist/databases/index.js";
import { makeFolds, readPatchList } from "../../kernel-lib/dist/folds/index.js";
import type { StepEvent } from "../../kernel-lib/dist/foundation/index.js";
import { output } from "../../kernel-lib/dist/output/index.js";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import {
  bestValidation,
  readTrainingLog,
  train,
  type LogEntry,
  type TrainOptions,
} from "../../kernel-lib/dist/training/index.js";
import { snapshotsToRemove } from "../../kernel-lib/dist/training/oldSnapshots.js";
import { classWeightsOf, recipeArguments, recipeOf } from "../../kernel-lib/dist/training/recipe.js";
import { run } from "../cli/command.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

const small: TrainOptions = { fold: 1, iterations: 6, batch: 4, snapshotEvery: 4, processes: 0 };

let prepared: Study;
let plain: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
  plain = copyOfStudy(prepared);
  await train(plain, small);
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

const models = ({ directory }: Study) => join(directory, "models");
const bytesAt = (iteration: number, of: Study) =>
  ["caffemodel", "solverstate"].map((ending) =>
    readFileSync(join(models(of), `1_caffenet_train_w32_iter_${iteration}.${ending}`)).toString("base64"),
  );
const logOf = (of: Study) => readTrainingLog(join(models(of), "1-training-log.jsonl"));

const choices: Record<string, TrainOptions> = {
  "flipped patches": { flips: true },
  "jittered stains": { stainJitter: true },
  "class weights": { classWeights: "balanced" },
  "class weights as numbers": { classWeights: [1, 4] },
  "a cosine": { schedule: "cosine" },
  "one cycle": { schedule: "one-cycle" },
  "a warm-up": { warmUp: 4 },
  dropout: { network: "dropout" },
  "normalised batches": { network: "batch-norm" },
  "no padding": { network: "no-padding" },
  "all together": {
    flips: true,
    stainJitter: 0.2,
    classWeights: "balanced",
    schedule: "one-cycle",
    warmUp: 2,
    validateEvery: 2,
    earlyStopping: 3,
    network: "dropout",
  },
};

describe.each(Object.entries(choices))("a training with %s", (_, choice) => {
  test("differs from the tutorial's, has the same bytes for the same seed, and resumed, and is recorded", async () => {
    const options = { ...small, ...choice };
    const undisturbed = copyOfStudy(prepared);
    const { folds } = await train(undisturbed, options);
    expect(bytesAt(6, undisturbed)).not.toEqual(bytesAt(6, plain));

    const stop = new AbortController();
    const report = (event: StepEvent) => {
      if (event.event === "progress" && event.step === "train" && event.done === 3) stop.abort();
    };
    await expect(train(study, { ...options, signal: stop.signal, report })).rejects.toMatchObject({
      code: "Interrupted",
    });
    const resumed = await train(study, { ...options, resume: true });
    expect(bytesAt(6, study)).toEqual(bytesAt(6, undisturbed));
    expect(resumed.folds[0].model).toBe(folds[0].model);
    expect(readManifest(study.directory).models[1]).toEqual(readManifest(undisturbed.directory).models[1]);
    const numbers = (of: Study) => logOf(of).filter(({ kind }) => kind !== "snapshot");
    expect(numbers(study)).toEqual(numbers(undisturbed));
    expect((await train(study, options)).folds[0].reused).toBe(true);
    expect((await train(study, { ...options, seed: 2 })).folds[0].reused).toBe(false);
  });
});

test("a plain training's record and key are those of a training that knows no choices", () => {
  const { recipe, best } = readManifest(plain.directory).models[1];
  expect([recipe, best]).toEqual([undefined, undefined]);
  expect(existsSync(join(plain.directory, "DB_val_1"))).toBe(false);
});

describe("validation patients", () => {
  test("say which snapshot is the best, and step 5 uses it", async () => {
    const options = { ...small, iterations: 12, learningRate: 0.02, validateEvery: 2, keep: 1 };
    const { folds } = await train(study, options);
    const [{ best, model, iterations, entries }] = folds;
    const tests = entries.flatMap((entry) => (entry.kind === "validation" ? [entry] : []));
    expect(tests.map(({ iteration }) => iteration)).toEqual([2, 4, 6, 8, 10, 12]);
    const losses = tests.map(({ outputs }) => outputs.loss);
    expect(iterations).toBe(12);
    expect(best).toBe(tests[losses.indexOf(Math.min(...losses))].iteration);
    expect(model).toBe(`models/1_caffenet_train_w32_iter_${best}.caffemodel`);
    expect(readManifest(study.directory).models[1]).toMatchObject({ file: model, best, iterations: 12 });
    // Thinned to the newest and the best.
    const states = readdirSync(models(study)).filter((name) => name.endsWith(".solverstate"));
    expect(states.sort()).toEqual(
      [...new Set([best, 12])].map((n) => `1_caffenet_train_w32_iter_${n}.solverstate`).sort(),
    );
    const { images } = await output(study.directory, { fold: 1, stride: 8 });
    expect(images.length).toBe(2);
    expect(Object.values(readManifest(study.directory).maps)[0].model).toBe(model);
  });

  test("end the training when they show no progress any more, also after a resume", async () => {
    // A rate so high that the first tests are the best.
    const options = { ...small, iterations: 40, learningRate: 0.2, validateEvery: 2, earlyStopping: 2 };
    const { folds } = await train(study, options);
    const { since, entry } = bestValidation(folds[0].entries)!;
    expect(since).toBe(2);
    expect(folds[0]).toMatchObject({ best: entry.iteration, iterations: entry.iteration + 4 });
    expect(folds[0].iterations).toBeLessThan(40);

    const other = copyOfStudy(prepared);
    const stop = new AbortController();
    const onEntry = (_: number, { kind, ...rest }: LogEntry) => {
      if (kind === "validation" && "iteration" in rest && rest.iteration === entry.iteration + 2)
        stop.abort();
    };
    await expect(train(other, { ...options, signal: stop.signal, onEntry })).rejects.toMatchObject({
      code: "Interrupted",
    });
    const resumed = await train(other, { ...options, resume: true });
    expect(resumed.folds[0]).toMatchObject({ best: folds[0].best, iterations: folds[0].iterations });
    expect(bytesAt(folds[0].iterations, other)).toEqual(bytesAt(folds[0].iterations, study));
  });

  test("are no patients of the other two sides, and their database is made anew with new lists", async () => {
    const { count } = await makeValidationDatabase(study, 1);
    const list = readPatchList(join(study.directory, "val_w32_1.txt"));
    expect(count).toBe(list.length);
    const store = await openPatchStore(join(study.directory, "DB_val_1"));
    const { value } = await store.batches(count).next();
    await store.close();
    expect(value!.keys.map((key) => key.slice(9)).sort()).toEqual(list.map(({ file }) => file).sort());
    // Shuffled: not in the lists' order.
    expect(value!.keys.map((key) => key.slice(9))).not.toEqual(list.map(({ file }) => file));

    const before = readManifest(study.directory).databases[1].validation!.key;
    writeFileSync(
      join(study.directory, "val_w32_1.txt"),
      list
        .slice(0, 4)
        .map(({ file, class: label }) => `${file}\t${label}\n`)
        .join(""),
    );
    expect((await makeValidationDatabase(study, 1)).count).toBe(4);
    expect(readManifest(study.directory).databases[1].validation!.key).not.toBe(before);
    await makeFolds(study, { folds: 2, validation: 0.5, seed: 2 });
    await expect(makeValidationDatabase(study, 1)).rejects.toMatchObject({ code: "MissingStep" });
  });

  test("must be there, before anything is trained", async () => {
    rmSync(join(study.directory, "val_w32_1.txt"));
    await expect(train(study, { ...small, earlyStopping: true })).rejects.toThrow(
      /found no validation patients of fold 1, expected patients kept aside/,
    );
    expect(readManifest(study.directory).models).toEqual({});
  });

  test("decide what --keep leaves, whatever the tests on test patients say", () => {
    const log = fc.array(fc.record({ loss: fc.integer({ min: 0, max: 9 }), accuracy: fc.integer() }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(log, fc.integer({ min: 1, max: 4 }), (runs, keep) => {
        const entries = runs.flatMap(({ loss, accuracy }, iteration): LogEntry[] => [
          { kind: "validation", iteration, outputs: { loss } },
          { kind: "snapshot", iteration, state: `${iteration}` },
          { kind: "test", iteration, outputs: { accuracy } },
        ]);
        const removed = snapshotsToRemove(entries, keep).map(({ iteration }) => iteration);
        const best = runs.findIndex(({ loss }) => loss === Math.min(...runs.map((one) => one.loss)));
        const newest = runs.map((_, i) => i).slice(-keep);
        const kept = runs.map((_, i) => i).filter((i) => !removed.includes(i));
        expect(kept).toEqual([...new Set([best, ...newest])].sort((a, b) => a - b));
      }),
    );
  });
});

describe("class weights", () => {
  test("that are balanced let all classes count the same, and the mean patch 1", () => {
    const byClass = [30, 10];
    const weights = classWeightsOf({ classWeights: "balanced" }, byClass)!;
    expect(weights[0] * byClass[0]).toBeCloseTo(weights[1] * byClass[1], 10);
    expect(weights[0] * byClass[0] + weights[1] * byClass[1]).toBeCloseTo(40, 10);
    expect(classWeightsOf({ classWeights: [1, 2] }, byClass)).toEqual([1, 2]);
    expect(classWeightsOf({}, byClass)).toBeUndefined();
  });
});

describe("networks", () => {
  test("are written where none is there, never over another one", async () => {
    await train(study, { ...small, network: "no-padding" });
    const deploy = readFileSync(join(models(study), "deploy.prototxt"), "utf8");
    expect(deploy).toContain('name: "CIFAR10_quick_no_padding"');
    // The other fold goes with the deploy network that is there.
    await train(study, { ...small, fold: 2 });
    const second = readFileSync(join(models(study), "2-alexnet_traing_32w_db.prototxt"), "utf8");
    expect(second).toContain('name: "CIFAR10_quick_no_padding"');
    // A preset's network is for new prototxts alone.
    await train(study, { ...small, newNetwork: "batch-norm", seed: 2 });
    expect(readFileSync(join(models(study), "deploy.prototxt"), "utf8")).toBe(deploy);
    await expect(train(study, { ...small, network: "dropout" })).rejects.toThrow(
      /^--network dropout: found models\/1-alexnet_traing_32w_db\.prototxt with network "CIFAR10_quick_no_padding"/,
    );
    expect(readFileSync(join(models(study), "deploy.prototxt"), "utf8")).toBe(deploy);
    const { weights } = readModel(join(models(study), "1_caffenet_train_w32_iter_6.caffemodel"));
    expect(weights.get("ip1")![0].shape).toEqual([64, 64]);
  });
});

describe("the command", () => {
  test("takes every choice, and hands it on to the processes of its folds", async () => {
    const words = recipeArguments(recipeOf(choices["all together"]));
    const args = ["--iterations", "6", "--batch", "4", "--snapshot-every", "4", "--processes", "1"];
    const { status, errors, out } = await run([
      "train",
      study.directory,
      "--fold",
      "1",
      "--network",
      "dropout",
      ...words,
      ...args,
    ]);
    expect(errors).not.toMatch(/error/i);
    expect(status).toBe(0);
    expect(out).toContain("the best by validation patients of 6 iterations");
    const here = copyOfStudy(prepared);
    await train(here, { ...small, ...choices["all together"] });
    expect(bytesAt(6, study)).toEqual(bytesAt(6, here));
    expect(readManifest(study.directory).models[1]).toEqual(readManifest(here.directory).models[1]);
  });

  test.each([
    ["--class-weights", "1,-2"],
    ["--schedule", "sawtooth"],
    ["--network", "resnet"],
    ["--stain-jitter", "7"],
    ["--early-stopping", "0"],
    ["--warm-up", "1.5"],
  ])("says in one sentence what is wrong with %s %s", async (option, value) => {
    const { status, errors } = await run(["train", study.directory, option, value]);
    expect(status).toBe(2);
    expect(errors).toMatch(
      new RegExp(`${option}.* found .*, expected .*; .*\\.\\nMore: histobook help \\w+\\n$`),
    );
  });

  test("refuses them beside --solver", async () => {
    const { status, errors } = await run(["train", "--solver", "x.prototxt", "--flips"]);
    expect(status).toBe(2);
    expect(errors).toContain("--flips: found it beside --solver");
  });
});
