import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  applyThresholds,
  chooseThreshold,
  countLevels,
  countsAt,
  evaluate,
  scoresOf,
  selectThreshold,
  tagExploratory,
  ValidationMaps,
} from "../../kernel-lib/dist/evaluation/index.js";
import { readParentList } from "../../kernel-lib/dist/folds/index.js";
import { output, readProbabilityPicture } from "../../kernel-lib/dist/output/index.js";
import {
  openStudy,
  readManifest,
  readMask,
  updateManifest,
  type Study,
} from "../../kernel-lib/dist/study/index.js";
import { copyOfStudy, height, width } from "../training/smallStudy.js";
import { newMappedStudy } from "./mappedStudy.js";

let prepared: Study;
let study: Study;
const path = (...parts: string[]) => join(study.directory, ...parts);
const pixels = (file: string) => decode(readFileSync(file));

beforeAll(async () => {
  prepared = await newMappedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

describe("applyThresholds", () => {
  test("writes 255 where the probability reaches the value", async () => {
    const { files, folds } = await applyThresholds(study, { value: 0.6 });
    expect(folds).toEqual([
      { fold: 1, value: 0.6, exploratory: true },
      { fold: 2, value: 0.6, exploratory: true },
    ]);
    expect(files.length).toBe(4);
    for (const file of files) {
      const { levels } = readProbabilityPicture(file.replace("_binary", "_prob"));
      const { data } = pixels(file);
      levels.forEach((level, i) => expect(data[i]).toBe(level >= 153 ? 255 : 0));
    }
    const zero = await applyThresholds(study, { value: 0, fold: 1 });
    expect(new Set(pixels(zero.files[0]).data)).toEqual(new Set([255]));
  });

  test("writes outlines for QuPath and an overlay at the same threshold", async () => {
    const { files } = await applyThresholds(study, { value: 0.6, fold: 1, also: ["overlay", "geojson"] });
    expect(files.length).toBe(6);
    const binary = files.filter((file) => file.endsWith("_binary.png"));
    for (const file of binary) {
      const found = JSON.parse(readFileSync(file.replace("_binary.png", ".geojson"), "utf8")) as {
        features: unknown[];
      };
      expect(found.features.length > 0).toBe(pixels(file).data.includes(255));
      const overlay = pixels(file.replace("_binary", "_overlay"));
      expect([overlay.width, overlay.height, overlay.channels]).toEqual([width, height, 3]);
    }
    // Finer steps than the picture's are known while the map is made, and not afterwards.
    await expect(applyThresholds(study, { also: ["prob16"] })).rejects.toThrow(
      "--also: found 'prob16', expected 'overlay'",
    );
  });

  test("takes with 'auto' each fold's own value, chosen on its validation patients and kept", async () => {
    // More pixels than an image has: all of them.
    const pixels = 10_000;
    const { folds } = await applyThresholds(study, { pixels });
    const { thresholds } = readManifest(study.directory);
    for (const { fold, value } of folds) {
      expect(thresholds[fold].value).toBe(value);
      expect(thresholds[fold].patients).toEqual(readParentList(path(`val_w32_parent_${fold}.txt`)));
      expect(thresholds[fold].fScore).toBeGreaterThanOrEqual(thresholds[fold].fScoreAtHalf);
      expect(thresholds[fold].pixels).toBe(width * height);
    }
    const before = statSync(path("histobook.json")).mtimeMs;
    expect(await chooseThreshold(study, 1, { pixels })).toEqual(thresholds[1]);
    expect(statSync(path("histobook.json")).mtimeMs).toBe(before);
    expect((await chooseThreshold(study, 1, { pixels: 100 })).pixels).toBe(100);
  });

  test("never looks at the test patients' masks when it chooses", async () => {
    const chosen = await chooseThreshold(study, 1);
    for (const patient of readParentList(path("test_w32_parent_1.txt")))
      rmSync(path("images", `${patient}_1_mask.png`));
    const other = openStudy(study.directory);
    await updateManifest(study.directory, (manifest) => ({ ...manifest, thresholds: {} }));
    expect(await chooseThreshold(other, 1)).toEqual(chosen);
  });

  test("stops with one sentence when no validation patient's image has a mask", async () => {
    const [patient] = readParentList(path("val_w32_parent_1.txt"));
    rmSync(path("images", `${patient}_1_mask.png`));
    await expect(chooseThreshold(openStudy(study.directory), 1)).rejects.toThrow(
      `found no image with a mask of fold 1's validation patients (${patient})`,
    );
  });

  test("stops with one sentence without validation patients, without pictures, and at a value above 1", async () => {
    await expect(applyThresholds(study, { value: 1.5 })).rejects.toMatchObject({ code: "BadOption" });
    await expect(applyThresholds(study, { fold: 3, value: 0.5 })).rejects.toThrow(
      /found no probability pictures of fold 3/,
    );
    await updateManifest(study.directory, (manifest) => {
      manifest.folds!.parameters.validation = 0;
      return manifest;
    });
    await expect(applyThresholds(study)).rejects.toThrow(
      /found folds without validation patients, expected .*; give a number instead of 'auto', or run/,
    );
    await expect(evaluate(study)).rejects.toMatchObject({ code: "MissingStep" });
    await updateManifest(study.directory, (manifest) => ({ ...manifest, maps: {} }));
    await expect(applyThresholds(study, { value: 0.5 })).rejects.toThrow(
      /found no probability pictures.*histobook output/,
    );
  });
});

describe("selectThreshold", () => {
  test("takes validation maps and nothing that looks like them", async () => {
    const maps = ValidationMaps.of(study, 1);
    expect(maps.patients).toEqual(readParentList(path("val_w32_parent_1.txt")));
    const { value, pixels } = await selectThreshold(maps);
    expect([value, pixels]).toEqual([(await chooseThreshold(study, 1)).value, 1500]);

    const levels = countLevels(Uint8Array.of(200, 100), Uint8Array.of(1, 0));
    const lookalike = { fold: 1, patients: [], key: "", levels: () => Promise.resolve(levels) };
    // @ts-expect-error: only ValidationMaps.of can make what is asked for
    await expect(selectThreshold(lookalike)).rejects.toMatchObject({ code: "BadInput" });
    const { constructor } = maps as unknown as { constructor: new (...parts: unknown[]) => unknown };
    expect(() => new constructor(Symbol("made"), 1, [], [], {})).toThrow(
      /expected maps of validation patients/,
    );
    const forged = Object.create(ValidationMaps.prototype) as ValidationMaps;
    await expect(selectThreshold(forged)).rejects.toThrow(TypeError);
  });

  test("takes validation maps of the mode in which the test images were mapped", async () => {
    const whole = { pixels: 10_000 };
    const byWindow = await ValidationMaps.of(study, 1, whole).levels();
    await output(study.directory, { fold: 1, mode: "dense" });
    const [patient] = readParentList(path("val_w32_parent_1.txt"));
    mkdirSync(path("alone"));
    copyFileSync(path("images", `${patient}_1.tif`), path("alone", `${patient}_1.tif`));
    const { images } = await output(study.directory, {
      fold: 1,
      mode: "dense",
      images: path("alone"),
      out: path("alone", "out"),
    });
    const { data: mask } = await readMask(path("images", `${patient}_1_mask.png`));
    const expected = countLevels(readProbabilityPicture(images[0].probability).levels, mask);
    const byDense = await ValidationMaps.of(study, 1, whole).levels();
    expect(byDense).toEqual(expected);
    expect(byDense).not.toEqual(byWindow);
  });

  test("refuses a validation list with a patient who tests or trains", () => {
    for (const side of ["test", "train"]) {
      const [patient] = readParentList(path(`${side}_w32_parent_1.txt`));
      writeFileSync(path("val_w32_parent_1.txt"), `${patient}\n`);
      expect(() => ValidationMaps.of(study, 1)).toThrow(
        new RegExp(
          `val_w32_parent_1.txt: found patient ${patient}, who also stands in .*${side}_w32_parent_1.txt`,
        ),
      );
    }
  });

  test("chooses by each criterion, and keeps by which", async () => {
    const whole = { pixels: 10_000 };
    const levels = await ValidationMaps.of(study, 1, whole).levels();
    const total = levels.other.concat(levels.epithelium).reduce((sum, count) => sum + count, 0);
    expect(total).toBe(width * height);
    const values = [];
    for (const options of [
      { choose: "accuracy" as const },
      { choose: "youden" as const },
      { choose: "recall" as const, atLeast: 0.5 },
      { choose: "precision" as const, atLeast: 0.99 },
    ]) {
      const { value, score, choose, atLeast } = await chooseThreshold(study, 1, { ...whole, ...options });
      expect({ choose, atLeast }).toEqual({ atLeast: null, ...options });
      expect(readManifest(study.directory).thresholds[1]).toMatchObject({ value, score, choose });
      values.push(value);
    }
    const [, , forRecall, forPrecision] = values;
    const counts = countsAt(levels, forPrecision);
    expect(scoresOf(counts).recall!).toBeGreaterThanOrEqual(0.99);
    expect(scoresOf(countsAt(levels, forRecall)).precision!).toBeGreaterThanOrEqual(0.5);
  });

  test("says what can be reached where a floor can't", async () => {
    // With the mask turned inside out, what the network is surest of is no epithelium.
    const [patient] = readParentList(path("val_w32_parent_1.txt"));
    const mask = path("images", `${patient}_1_mask.png`);
    const turned = await sharp(mask).negate().png().toBuffer();
    writeFileSync(mask, turned);
    await expect(chooseThreshold(study, 1, { choose: "recall", atLeast: 1 })).rejects.toThrow(
      /^--at-least: found a precision of 1, which no threshold reaches on fold 1's validation patients, expected at most 0\.\d{3}, their highest; give a lower floor/,
    );
    expect((await chooseThreshold(study, 1, { choose: "recall", atLeast: 0.1 })).score).toBe(1);
  });
});

describe("a threshold that was set by hand", () => {
  test("is tagged exploratory, and no evaluation takes it", async () => {
    await applyThresholds(study, { value: 0.63, fold: 1 });
    expect(readManifest(study.directory).exploratory).toEqual({ 1: [0.63] });
    await expect(evaluate(study, { threshold: 0.63 })).rejects.toThrow(
      "--threshold: found 0.63, which was set by hand where fold 1's test patients can be seen (exploratory), expected",
    );
    // The same pixels are called by a threshold that lies between the same two levels.
    await expect(evaluate(study, { threshold: 0.6301 })).rejects.toMatchObject({ code: "BadOption" });
    await expect(evaluate(study, { threshold: { value: 0.2, fold: 2, exploratory: true } })).rejects.toThrow(
      /found 0.2, which was set by hand where fold 2's/,
    );
    expect((await evaluate(study, { threshold: 0.63, fold: 2 })).images.length).toBe(2);
    expect((await evaluate(study, { threshold: 0.7 })).thresholds).toEqual([
      { fold: 1, value: 0.7, origin: "given", patients: [] },
      { fold: 2, value: 0.7, origin: "given", patients: [] },
    ]);
  });

  test("is not 0.5, the convention, and stays beside the chosen ones", async () => {
    const before = readManifest(study.directory);
    await applyThresholds(study, { value: 0.5 });
    expect(readManifest(study.directory)).toEqual(before);
    await tagExploratory(study.directory, 2, 0.8);
    await tagExploratory(study.directory, 2, 0.3);
    await tagExploratory(study.directory, 2, 0.8);
    expect(readManifest(study.directory).exploratory).toEqual({ 2: [0.3, 0.8] });
    const { thresholds } = await evaluate(study);
    expect(thresholds.map(({ origin }) => origin)).toEqual(["validation", "validation"]);
    expect((await evaluate(study, { threshold: 0.5 })).pooled.atHalf.fScore).not.toBeNull();
  });
});
