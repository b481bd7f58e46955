import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addBoundaries } from "../../kernel-lib/dist/evaluation/boundary.js";
import {
  addLevels,
  averagePrecision,
  averageScores,
  boundaryCounts,
  boundaryFScore,
  calibration,
  calibrationError,
  countLevels,
  countPixels,
  countsAt,
  evaluate,
  figureNames,
  predictorNames,
  rocAuc,
  scoresOf,
  type BoundaryCounts,
  type EvaluateOptions,
  type LevelCounts,
} from "../../kernel-lib/dist/evaluation/index.js";
import { addCounts } from "../../kernel-lib/dist/evaluation/counts.js";
import { readParentList } from "../../kernel-lib/dist/folds/index.js";
import { applyThreshold, readProbabilityPicture } from "../../kernel-lib/dist/output/index.js";
import { openStudy, readManifest, readMask, type Study } from "../../kernel-lib/dist/study/index.js";
import { asSharp, tissue } from "../study/pictures.js";
import { copyOfStudy } from "../training/smallStudy.js";
import { newMappedStudy } from "./mappedStudy.js";

let prepared: Study;
let study: Study;
const path = (...parts: string[]) => join(study.directory, ...parts);

beforeAll(async () => {
  prepared = await newMappedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});

describe("evaluate", () => {
  test("counts every image, pools its pixels by patient and fold, and averages patients", async () => {
    const result = await evaluate(study, { threshold: 0.3 });
    const counts: Record<string, ReturnType<typeof countPixels>> = {};
    for (const { name, patient, fold, atThreshold, atHalf, allEpithelium, threshold } of result.images) {
      expect(threshold).toBe(0.3);
      const { levels } = readProbabilityPicture(path("out", String(fold), `${name}_prob.png`));
      const { data: mask } = await readMask(path("images", `${name}_mask.png`));
      const at = (value: number) =>
        countPixels(
          levels.map((level) => (level / 255 >= value ? 1 : 0)),
          mask,
        );
      counts[patient!] = at(0.3);
      expect(atThreshold).toMatchObject(scoresOf(at(0.3)));
      expect(atHalf).toMatchObject(scoresOf(at(0.5)));
      const share = mask.reduce((sum, value) => sum + value, 0) / mask.length;
      expect(allEpithelium.fScore).toBeCloseTo((2 * share) / (1 + share), 12);
      expect(allEpithelium.recall).toBe(1);
    }
    expect(Object.keys(counts).sort()).toEqual(["P1", "P2", "P3", "P4"]);
    for (const { name, fold, atThreshold } of result.folds) {
      expect(name).toBe(`fold ${fold}`);
      const patients = readParentList(path(`test_w32_parent_${fold}.txt`));
      expect(atThreshold).toMatchObject(scoresOf(addCounts(patients.map((patient) => counts[patient]))));
    }
    expect(result.pooled.atThreshold).toMatchObject(scoresOf(addCounts(Object.values(counts))));
    const each = result.patients.map(({ patient }) => scoresOf(counts[patient!]));
    expect(result.averaged.atThreshold).toMatchObject(averageScores(each));
    expect(result.skipped).toEqual([]);
  });

  test("gives what does not depend on the threshold, and the boundaries, of each image and of all pixels", async () => {
    const result = await evaluate(study, { threshold: 0.3 });
    const levels: LevelCounts[] = [];
    const boundaries: BoundaryCounts[][] = [];
    for (const { name, fold, atThreshold, atHalf, epithelium, pixels } of result.images) {
      const map = readProbabilityPicture(path("out", String(fold), `${name}_prob.png`));
      const { data: mask } = await readMask(path("images", `${name}_mask.png`));
      const counted = countLevels(map.levels, mask);
      levels.push(counted);
      boundaries.push(boundaryCounts(applyThreshold(map, 0.3), mask, map.width));
      expect([pixels, epithelium]).toEqual([
        mask.length,
        mask.filter((one) => one === 1).length / mask.length,
      ]);
      const figures = {
        rocAuc: rocAuc(counted),
        averagePrecision: averagePrecision(counted),
        calibrationError: calibrationError(counted),
      };
      const boundary = boundaries.at(-1)!.map(boundaryFScore);
      expect(atHalf).toMatchObject(figures);
      expect(atThreshold).toMatchObject(figures);
      expect([0, 1, 2, 3].map((px) => atThreshold[`boundaryF${px}` as "boundaryF0"])).toEqual(boundary);
    }
    const all = addLevels(levels);
    expect(result.calibration).toEqual(calibration(all));
    expect(result.pooled.atThreshold).toMatchObject({
      rocAuc: rocAuc(all),
      averagePrecision: averagePrecision(all),
      calibrationError: calibrationError(all),
      boundaryF2: boundaryFScore(addBoundaries(boundaries.map((one) => one[2]))),
    });
  });

  test("puts beside every figure what a predictor reaches that looks at nothing", async () => {
    const { images } = await evaluate(study, { threshold: 0.5 });
    for (const { epithelium, allEpithelium, allOther } of images) {
      const share = epithelium!;
      expect(allEpithelium).toEqual({
        fScore: expect.closeTo((2 * share) / (1 + share), 12) as number,
        accuracy: share,
        precision: share,
        recall: 1,
        iou: share,
        rocAuc: 0.5,
        averagePrecision: share,
        calibrationError: expect.closeTo(1 - share, 12) as number,
        boundaryF0: 0,
        boundaryF1: 0,
        boundaryF2: 0,
        boundaryF3: 0,
      });
      expect(allOther).toMatchObject({
        fScore: 0,
        accuracy: expect.closeTo(1 - share, 12) as number,
        precision: null,
        recall: 0,
        iou: 0,
        rocAuc: 0.5,
        averagePrecision: share,
        calibrationError: share,
      });
    }
  });

  test("gives the same intervals for the same seed, round every figure, as wide as the patients are unlike", async () => {
    const evaluated = (options: EvaluateOptions = {}) => evaluate(study, { threshold: 0.5, ...options });
    const result = await evaluated();
    expect([result.repeats, result.seed]).toEqual([1000, 1]);
    expect(await evaluated()).toEqual(result);
    const other = await evaluated({ seed: 2, repeats: 50 });
    expect(other.pooled.intervals).not.toEqual(result.pooled.intervals);
    expect({ ...other.pooled, intervals: null }).toEqual({ ...result.pooled, intervals: null });
    for (const group of [result.pooled, result.averaged, ...result.folds]) {
      for (const predictor of predictorNames) {
        for (const figure of figureNames) {
          const { low, high } = group.intervals[predictor][figure];
          const { [figure]: value } = group[predictor];
          if (value === null) {
            expect([low, high]).toEqual([null, null]);
            continue;
          }
          expect(low!).toBeLessThanOrEqual(value + 1e-12);
          expect(high!).toBeGreaterThanOrEqual(value - 1e-12);
        }
      }
    }
    const { averaged, patients } = result;
    const each = patients.map(({ atHalf }) => atHalf.fScore!);
    const { low, high } = averaged.intervals.atHalf.fScore;
    expect(low!).toBeGreaterThanOrEqual(Math.min(...each));
    expect(high!).toBeLessThanOrEqual(Math.max(...each));
    expect(high! - low!).toBeGreaterThan(0);
  });

  test("says afterwards what the chosen thresholds cost against the best on the test patients", async () => {
    const { bestOnTest, folds, patients, thresholds } = await evaluate(study);
    for (const { fold, value, score, atChosen, cost } of bestOnTest.folds) {
      const levels = addLevels(patients.filter((one) => one.fold === fold).map((one) => one.levels));
      const fScoreAt = (level: number) => scoresOf(countsAt(levels, level / 255)).fScore!;
      const scores = Array.from({ length: 256 }, (_, level) => fScoreAt(level));
      expect(score).toBe(Math.max(...scores));
      expect(scores[Math.round(255 * value!)]).toBe(score);
      expect(atChosen).toBe(folds.find((one) => one.fold === fold)!.atThreshold.fScore);
      expect(cost).toBe(score! - atChosen);
      expect(cost).toBeGreaterThanOrEqual(0);
    }
    expect(bestOnTest.pooled.cost).not.toBeNull();
    // It is looked for when the thresholds stand already.
    expect(thresholds.map(({ value }) => value)).toEqual(folds.map(({ threshold }) => threshold));
    expect(thresholds.map(({ patients: chosenOn }) => chosenOn)).toEqual(
      [1, 2].map((fold) => readParentList(path(`val_w32_parent_${fold}.txt`))),
    );
    const recall = await evaluate(study, { choose: "recall", atLeast: 0.5 });
    expect(recall.criterion).toEqual({ choose: "recall", atLeast: 0.5 });
    expect(recall.bestOnTest.criterion).toEqual(recall.criterion);
  });

  test("takes with 'auto' each fold's own threshold, and beats the constant predictor on held-out patients", async () => {
    const { folds, pooled } = await evaluate(study);
    const { thresholds } = readManifest(study.directory);
    expect(folds.map(({ fold, threshold }) => [fold, threshold])).toEqual(
      [1, 2].map((fold) => [fold, thresholds[fold].value]),
    );
    expect(pooled.atThreshold.fScore!).toBeGreaterThan(pooled.allEpithelium.fScore!);
  });

  test("tells how far it is, and stops between two images or two intervals when it is interrupted", async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const stopAt = (done: number) =>
      evaluate(study, {
        threshold: 0.5,
        signal: stop.signal,
        report(event) {
          if (event.event !== "progress") return;
          expect(event).toMatchObject({ step: "evaluate", total: 4, unit: "images" });
          seen.push(event.done);
          if (event.done === done) stop.abort();
        },
      });
    await expect(stopAt(4)).rejects.toMatchObject({ code: "Interrupted" });
    expect(seen).toEqual([1, 2, 3, 4]);
    await expect(stopAt(1)).rejects.toMatchObject({ code: "Interrupted" });
    expect(seen.length).toBe(4);
  });

  test("passes over an image without a mask or with a picture of another size, and names it", async () => {
    rmSync(path("images", "P1_1_mask.png"));
    const [, fold] = Object.keys(readManifest(study.directory).maps)
      .find((key) => key.endsWith("P2_1"))!
      .split("/");
    const [, other] = Object.keys(readManifest(study.directory).maps)
      .find((key) => key.endsWith("P3_1"))!
      .split("/");
    await asSharp(tissue(10, 10))
      .png()
      .toFile(path("out", fold, "P2_1_prob.png"));
    copyFileSync(path("images", "P3_1.tif"), path("out", other, "P3_1_prob.png"));
    const { images, skipped } = await evaluate(openStudy(study.directory), { threshold: 0.5 });
    expect(images.map(({ name }) => name)).toEqual(["P4_1"]);
    const reasons = skipped.map(({ reason }) => reason).join("\n");
    expect(reasons).toMatch(/P1_1.tif: found no mask, expected P1_1_mask.png/);
    expect(reasons).toMatch(/P2_1_prob.png: found a picture of 10 x 10 pixels/);
    expect(reasons).toMatch(
      /P3_1_prob.png: found a picture that is cut short or damaged, expected the RGB picture that/,
    );
  });
});
