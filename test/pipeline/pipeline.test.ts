import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StepEvent } from "../../kernel-lib/dist/foundation/index.js";
import { presets, runPipeline } from "../../kernel-lib/dist/pipeline/index.js";
import { openStudy, readManifest } from "../../kernel-lib/dist/study/index.js";
import { newSmallStudy } from "../training/smallStudy.js";

const whole = { ...presets };

describe("runPipeline", () => {
  beforeAll(() => {
    // The presets' order of steps, with less work in each.
    const small = {
      description: "for this test",
      patches: { perImage: 6 },
      folds: { folds: 2, validation: 0.5 },
      training: { iterations: 3, batch: 4, snapshotEvery: 3, learningRate: 0.001 },
      output: { stride: 8 },
    };
    presets.quick = small;
    presets.paper = { ...small, folds: { folds: 2, validation: 0 } };
  });
  afterAll(() => void Object.assign(presets, whole));

  test("does every step, names what it passed over, and a second run makes nothing new", async () => {
    const { directory } = await newSmallStudy();
    writeFileSync(join(directory, "images", "P9_1.tif"), "no tiff");
    const events: StepEvent[] = [];
    const report = (event: StepEvent) => void events.push(event);
    const first = await runPipeline(openStudy(directory), { preset: "quick", scale: 1, workers: 1, report });
    expect(first.training.folds.map(({ iterations, reused }) => ({ iterations, reused }))).toEqual([
      { iterations: 3, reused: false },
      { iterations: 3, reused: false },
    ]);
    expect(first.output.images.length).toBe(4);
    expect(first.evaluation.images.length).toBe(4);
    expect(first.skipped.some(({ file }) => file.endsWith("P9_1.tif"))).toBe(true);
    expect(readdirSync(join(directory, "subs")).length).toBe(first.patches.patches.total);
    expect(Object.keys(first.seconds)).toEqual([
      "patches",
      "folds",
      "databases",
      "training",
      "output",
      "evaluation",
    ]);
    const steps = events.flatMap((event) => (event.event === "progress" ? [event.step] : []));
    expect([...new Set(steps)]).toEqual([
      "patches",
      "folds",
      "databases",
      "train",
      "output",
      "threshold",
      "evaluate",
    ]);
    const manifest = readManifest(directory);

    const second = await runPipeline(openStudy(directory), { preset: "quick", scale: 1, workers: 1 });
    expect(second.databases.folds.every(({ made }) => !made)).toBe(true);
    expect(second.training.folds.every(({ reused }) => reused)).toBe(true);
    expect(second.output.images.every(({ reused }) => reused)).toBe(true);
    expect(second.evaluation).toEqual(first.evaluation);
    expect(readManifest(directory)).toEqual(manifest);
  });

  test("trains by the recipe that was chosen, and by the preset's where nothing was", async () => {
    presets.quick = { ...presets.quick, training: { ...presets.quick.training, newNetwork: "batch-norm" } };
    const study = await newSmallStudy();
    const options = { preset: "quick", scale: 1, workers: 1 } as const;
    const { training } = await runPipeline(study, { ...options, validateEvery: 1, network: undefined });
    const { models } = readManifest(study.directory);
    expect(models[1]).toMatchObject({ recipe: { validateEvery: 1 }, best: training.folds[0].best });
    const deploy = readFileSync(join(study.directory, "models", "deploy.prototxt"), "utf8");
    expect(deploy).toContain("CIFAR10_quick_batch_norm");
  });

  test("evaluates at 0.5 when no patient is kept for choosing a threshold", async () => {
    const study = await newSmallStudy();
    const { evaluation } = await runPipeline(study, { preset: "paper", scale: 1, workers: 1 });
    expect(evaluation.folds.map(({ threshold }) => threshold)).toEqual([0.5, 0.5]);
    expect(evaluation.pooled.atThreshold).toEqual(evaluation.pooled.atHalf);
  });

  test("stops with one sentence at a preset that is not there, and at fewer patients than folds", async () => {
    const study = await newSmallStudy();
    await expect(runPipeline(study, { preset: "huge" as never })).rejects.toMatchObject({
      code: "BadOption",
    });
    presets.quick = { ...presets.quick, folds: { folds: 5, validation: 0.2 } };
    await expect(runPipeline(study, { preset: "quick", scale: 1, workers: 1 })).rejects.toThrow(/4 patients/);
  });
});
