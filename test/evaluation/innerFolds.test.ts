/** Thresholds where no validation patients were kept aside, by the command. */
import { copyFileSync, existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeDatabases } from "../../kernel-lib/dist/databases/index.js";
import { chooseThreshold, evaluate, ValidationMaps } from "../../kernel-lib/dist/evaluation/index.js";
import { makeFolds, readParentList } from "../../kernel-lib/dist/folds/index.js";
import { output } from "../../kernel-lib/dist/output/index.js";
import { findRegions, makePatches, type RegionRule } from "../../kernel-lib/dist/patches/index.js";
import { trainInnerFolds } from "../../kernel-lib/dist/pipeline/index.js";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import { train } from "../../kernel-lib/dist/training/index.js";
import { run, runJson } from "../cli/command.js";
import { copyOfStudy, height, newSmallStudy, width } from "../training/smallStudy.js";

let prepared: Study;
let study: Study;
const path = (...parts: string[]) => join(study.directory, ...parts);
const patientsOf = (side: "train" | "test", fold: number) =>
  readParentList(path(`${side}_w32_parent_${fold}.txt`)).sort();
const imagesOf = (folder: string) => new Set(readdirSync(folder).map((name) => name.split("_")[0]));

/** A function of this process; the command below has never seen it. */
const readersOwn: RegionRule = ({ image, mask }) => findRegions(image, mask, 0.8);

beforeAll(async () => {
  prepared = await newSmallStudy();
  await makePatches(prepared, { perImage: 6, scale: 1, regions: readersOwn });
  await makeFolds(prepared, { folds: 2, validation: 0 });
  await makeDatabases(prepared, { seed: 3 });
  await train(prepared, { iterations: 30, batch: 16, snapshotEvery: 30, seed: 5, flips: true });
  await output(prepared.directory, { stride: 4 });
  study = prepared;
  const { status, last } = await runJson(["threshold", study.directory, "--inner-folds", "2"]);
  expect(status).toBe(0);
  expect((last.folds as unknown[]).length).toBe(2);
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

describe("inner folds", () => {
  test("see the fold's training patients and nobody else, each mapped by a network that has not seen it", () => {
    for (const fold of [1, 2]) {
      const inner = path("inner", String(fold));
      expect([...imagesOf(join(inner, "images"))].sort()).toEqual(patientsOf("train", fold));
      const tested = [1, 2].map((k) => readParentList(join(inner, `test_w32_parent_${k}.txt`)));
      expect(tested.flat().sort()).toEqual(patientsOf("train", fold));
      for (const k of [1, 2]) {
        const learned = readParentList(join(inner, `train_w32_parent_${k}.txt`));
        expect(learned.filter((patient) => tested[k - 1].includes(patient))).toEqual([]);
        expect(existsSync(join(inner, `val_w32_parent_${k}.txt`))).toBe(false);
      }
    }
  });

  test("are trained by the fold's own recipe", () => {
    const outer = readManifest(study.directory);
    const inner = readManifest(path("inner", "1"));
    expect(inner.patches?.parameters).toEqual(outer.patches?.parameters);
    expect(inner.patches?.parameters.regions?.name).toBe("readersOwn");
    for (const k of [1, 2]) {
      expect(inner.models[k]).toMatchObject({
        iterations: 30,
        seed: 5,
        overrides: outer.models[1].overrides,
        recipe: { flips: true },
        file: `models/${k}_caffenet_train_w32_iter_30.caffemodel`,
      });
      expect(inner.databases[k].seed).toBe(3);
    }
    expect(inner.patches!.parameters).toEqual(outer.patches!.parameters);
    const [name] = Object.keys(inner.patches!.images);
    expect(inner.patches!.images[name].positions).toEqual(outer.patches!.images[name].positions);
  });

  test("give the threshold that evaluate takes, and say so", async () => {
    const { thresholds } = readManifest(study.directory);
    const result = await evaluate(study);
    expect(result.thresholds).toEqual(
      [1, 2].map((fold) => ({
        fold,
        value: thresholds[fold].value,
        origin: "inner folds",
        patients: patientsOf("train", fold),
      })),
    );
    for (const { fold, patients } of result.thresholds) {
      expect(patients.filter((patient) => patientsOf("test", fold).includes(patient))).toEqual([]);
    }
    const whole = await chooseThreshold(study, 1, { pixels: 10_000 });
    expect(whole).toMatchObject({ origin: "inner folds", pixels: 2 * width * height });
  });

  test("are kept, and made again for other patients", async () => {
    const models = () =>
      [1, 2].map(
        (k) => statSync(path("inner", "1", readManifest(path("inner", "1")).models[k].file)).mtimeMs,
      );
    const before = models();
    await trainInnerFolds(study, 1, { folds: 2 });
    expect(models()).toEqual(before);
    await makeFolds(study, { folds: 2, validation: 0, seed: 2 });
    await makeDatabases(study, { seed: 3 });
    expect(patientsOf("train", 1)).not.toEqual([...imagesOf(path("inner", "1", "images"))].sort());
    expect(() => ValidationMaps.of(study, 1)).toThrow(/found an image of patient/);
    await trainInnerFolds(study, 1, { folds: 2 });
    expect([...imagesOf(path("inner", "1", "images"))].sort()).toEqual(patientsOf("train", 1));
    expect(models()).not.toEqual(before);
    expect(ValidationMaps.of(study, 1).patients).toEqual(patientsOf("train", 1));
  });

  test("stop with one sentence when a test patient's image lies among theirs, and where they are missing", async () => {
    const [stranger] = study.cases.filter(({ patient }) => patientsOf("test", 1).includes(patient));
    copyFileSync(stranger.imagePath, path("inner", "1", "images", basename(stranger.imagePath)));
    await expect(chooseThreshold(study, 1)).rejects.toThrow(
      new RegExp(
        `found an image of patient ${stranger.patient}, who does not stand in .*train_w32_parent_1.txt`,
      ),
    );
    expect((await chooseThreshold(study, 2)).origin).toBe("inner folds");
    await expect(trainInnerFolds(study, 3)).rejects.toMatchObject({ code: "MissingStep" });
    const { status, errors } = await run(["threshold", study.directory, "--inner-folds", "1"]);
    expect(status).toBe(2);
    expect(errors).toMatch(/^Error: --inner-folds: found 1, expected a whole number of at least 2/m);
  });
});
