/** What a training warns of, before it begins and while it runs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeDatabases } from "../../kernel-lib/dist/databases/index.js";
import { makeFolds } from "../../kernel-lib/dist/folds/index.js";
import { makePatches } from "../../kernel-lib/dist/patches/index.js";
import { openStudy, type Study } from "../../kernel-lib/dist/study/index.js";
import { RunWatch } from "../../kernel-lib/dist/training/runWatch.js";
import { train, type TrainOptions } from "../../kernel-lib/dist/training/index.js";
import { copyOfStudy, newPreparedStudy, newSmallStudy } from "./smallStudy.js";

const small: TrainOptions = { fold: 1, iterations: 2, batch: 16, snapshotEvery: 2, engine: "tensorflow" };

let prepared: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

async function warningsOf(of: Study, options: TrainOptions = {}): Promise<string[]> {
  const warnings: string[] = [];
  await train(of, {
    ...small,
    ...options,
    report: (event) => event.event === "warning" && warnings.push(event.message),
  });
  return warnings;
}

describe("before a training", () => {
  test("nothing is said of a study as the steps make it", async () => {
    expect(await warningsOf(study)).toEqual([]);
  });

  test("another fold's database or mean image in the prototxt is named", async () => {
    await train(study, small);
    const file = join(study.directory, "models", "1-alexnet_traing_32w_db.prototxt");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace("../DB_train_1", "../DB_train_2").replace(/_w32_1\.binaryproto/g, "_w32_2.binaryproto"),
    );
    const warnings = await warningsOf(study);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(
      /^models\/1-alexnet_traing_32w_db.prototxt: '..\/DB_train_2' is not fold 1's own DB_train_1; .*learned from\.$/,
    );
    expect(warnings[1]).toContain(
      "'../DB_train_w32_2.binaryproto' is not fold 1's own DB_train_w32_1.binaryproto",
    );
  });

  test("weights from another scale and an imbalanced database are named", async () => {
    await train(study, small);
    const other = await newSmallStudy();
    await makePatches(other, { perImage: 12, scale: 0.5, edgeRatio: 0, backgroundRatio: 0.1, size: 16 });
    await makeFolds(other, { folds: 2, validation: 0.5 });
    await makeDatabases(other);
    const weights = join(study.directory, "models", "1_caffenet_train_w32_iter_2.caffemodel");
    const warnings: string[] = [];
    await train(openStudy(other.directory), {
      ...small,
      weights,
      report: (event) => event.event === "warning" && warnings.push(event.message),
    }).catch(() => undefined);
    expect(warnings.find((one) => one.includes("was trained at scale"))).toMatch(
      /trained at scale 1, the database was made at 0.5/,
    );
    expect(warnings.find((one) => one.startsWith("DB_train_1"))).toMatch(
      /\d\d % of the patches are of one class/,
    );
  });
});

describe("while a training runs", () => {
  test("a database in the order of its classes is named, once", async () => {
    const unshuffled = await newSmallStudy();
    await makePatches(unshuffled, { perImage: 60, scale: 1 });
    await makeFolds(unshuffled, { folds: 2, validation: 0 });
    await makeDatabases(unshuffled, { shuffle: false });
    const warnings = await warningsOf(unshuffled, { batch: 64, iterations: 3 });
    expect(warnings.filter((one) => one.includes("unshuffled"))).toHaveLength(1);
  });

  test("few labels, or labels of both classes, say nothing", () => {
    const watch = new RunWatch("solver", [0.5, 0.5]);
    expect(watch.batch(new Int32Array(40))).toEqual([]);
    expect(watch.batch(Int32Array.of(0, 1))).toEqual([]);
    expect(watch.batch(new Int32Array(64))).toEqual([]);
  });

  test("a loss that grows is named, once; one that jumps is not", () => {
    const watch = new RunWatch("solver", undefined);
    const loss = (iteration: number, value: number) =>
      watch.entry({ kind: "loss", iteration, loss: value, learningRate: 0.001 });
    expect([loss(0, 0.7), loss(1, 1.9), loss(2, 0.2)].flat()).toEqual([]);
    expect(loss(3, 2.5)).toEqual([
      "solver: the loss has grown from 0.700 to 2.50 at iteration 3; lower base_lr (or --learning-rate) and train again.",
    ]);
    expect(loss(4, 9)).toEqual([]);
  });

  test("a network that answers the same to everything is named after two tests; one that learns is not", () => {
    const at = (iteration: number, accuracy: number, loss: number) =>
      ({ kind: "test", iteration, outputs: { accuracy, loss } }) as const;
    const watch = new RunWatch("solver", [0.7, 0.3]);
    expect(watch.entry(at(0, 0.7, 0.69))).toEqual([]);
    expect(watch.entry(at(100, 0.7, 0.61))).toEqual([]);
    expect(watch.entry(at(200, 0.702, 0.61))).toEqual([
      expect.stringMatching(/^solver: at iteration 200 the network gives \(nearly\) the same answer/),
    ]);
    expect(watch.entry(at(300, 0.7, 0.61))).toEqual([]);
    const learning = new RunWatch("solver", [0.7, 0.3]);
    for (const [iteration, accuracy, loss] of [
      [100, 0.7, 0.5],
      [200, 0.7, 0.45],
      [300, 0.8, 0.61],
      [400, 0.85, 0.3],
    ])
      expect(learning.entry(at(iteration, accuracy, loss))).toEqual([]);
  });
});
