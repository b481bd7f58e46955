/** How long a training will take, what a time budget buys, and whether a network can learn at all. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readManifest, type Study } from "../../kernel-lib/dist/study/index.js";
import {
  forecastTraining,
  iterationsWithin,
  overfitOneBatch,
  train,
  type TrainingPace,
  type TrainOptions,
} from "../../kernel-lib/dist/training/index.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

const small: TrainOptions = { iterations: 200, batch: 8, snapshotEvery: 1000 };

let prepared: Study;
let study: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});
beforeEach(() => {
  study = copyOfStudy(prepared);
});
const madeFiles = () =>
  readdirSync(join(study.directory, "models")).filter((name) => !name.endsWith(".prototxt"));

describe("forecastTraining", () => {
  test("measures this machine, adds up the folds that are left, and keeps nothing", async () => {
    const forecast = await forecastTraining(study, { ...small, measure: 0.3 });
    expect(forecast).toMatchObject({ folds: [1, 2], iterations: 200, batch: 8 });
    expect(forecast.patchesPerSecond).toBeCloseTo(8 / forecast.secondsPerIteration, 6);
    expect(forecast.secondsPerTest).toBeGreaterThan(0);
    const tests = 1 + Math.floor(200 / forecast.testEvery);
    const each = 200 * forecast.secondsPerIteration + tests * forecast.secondsPerTest;
    expect(forecast.seconds).toBeCloseTo(2 * each, 6);
    expect(madeFiles()).toEqual([]);
    expect(readManifest(study.directory).models).toEqual({});

    const short = { ...small, iterations: 2 };
    await train(study, { ...short, fold: 1 });
    const left = await forecastTraining(study, { ...short, measure: 0.1 });
    expect(left.folds).toEqual([2]);
  });

  test("counts the tests on validation patients, where the recipe has them", async () => {
    const measured = { ...small, measure: 0.1 };
    expect(await forecastTraining(study, measured)).not.toHaveProperty("validation");
    const chosen = await forecastTraining(study, { ...measured, validateEvery: 30 });
    const { validation, secondsPerTestBatch } = chosen;
    expect(validation).toEqual({ seconds: secondsPerTestBatch, every: 30 });
    const tests = 1 + Math.floor(200 / chosen.testEvery);
    const each = 200 * chosen.secondsPerIteration + tests * chosen.secondsPerTest + 7 * validation!.seconds;
    expect(chosen.seconds).toBeCloseTo(2 * each, 6);
    // A twentieth of the iterations is 10.
    const usual = await forecastTraining(study, { ...measured, earlyStopping: true });
    expect(usual.validation!.every).toBeNull();
    const without = 200 * usual.secondsPerIteration + tests * usual.secondsPerTest;
    expect(usual.seconds).toBeCloseTo(2 * (without + 20 * usual.validation!.seconds), 6);
  });

  test("stops when it is interrupted", async () => {
    const work = forecastTraining(study, { ...small, measure: 600, signal: AbortSignal.timeout(500) });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
  });
});

describe("a time budget", () => {
  const seconds = fc.double({ min: 0.001, max: 1, noNaN: true });
  const validations = fc.record({
    seconds,
    every: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null }),
  });
  const forecasts = fc.record({
    folds: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    secondsPerIteration: seconds,
    secondsPerTest: seconds,
    testEvery: fc.integer({ min: 0, max: 1000 }),
    validation: fc.option(validations, { nil: undefined }),
  });
  const budgets = fc.integer({ min: 300, max: 100_000 });
  /** Told iteration by iteration, as a run goes. */
  const timeOf = (
    { secondsPerIteration, secondsPerTest, testEvery, validation }: TrainingPace,
    iterations: number,
  ) => {
    const usual = Math.max(1, Math.floor(iterations / 20));
    const every = validation?.every ?? (testEvery > 0 ? Math.min(usual, testEvery) : usual);
    let time = 0;
    for (let i = 0; i <= iterations; i++) {
      if (testEvery > 0 && i % testEvery === 0) time += secondsPerTest;
      if (validation && i > 0 && (i % every === 0 || i === iterations)) time += validation.seconds;
      if (i < iterations) time += secondsPerIteration;
    }
    return time;
  };

  test("buys iterations that take no longer, and all but as long", () => {
    fc.assert(
      fc.property(forecasts, fc.integer({ min: 300, max: 3000 }), (forecast, budget) => {
        const { folds, secondsPerTest, testEvery, validation } = forecast;
        const iterations = iterationsWithin(budget, forecast);
        expect(folds.length * timeOf(forecast, iterations)).toBeLessThanOrEqual(budget + 1e-6);
        // Tests on validation patients may be up to twice as many where their interval is rounded.
        const more = Math.ceil(iterations * 1.2) + 12 + testEvery;
        const spared = secondsPerTest + 40 * (validation?.seconds ?? 0);
        expect(folds.length * (timeOf(forecast, more) + spared)).toBeGreaterThan(budget);
      }),
    );
  });

  test("never buys fewer iterations when it is larger", () => {
    fc.assert(
      fc.property(forecasts, budgets, budgets, (forecast, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(iterationsWithin(more, forecast)).toBeGreaterThanOrEqual(iterationsWithin(less, forecast));
      }),
    );
  });

  test("is what `minutes` spends, and is recorded as iterations", async () => {
    const { folds } = await train(study, { fold: 1, batch: 8, minutes: 0.1 });
    expect(folds[0].iterations).toBeGreaterThan(0);
    expect(readManifest(study.directory).models[1].overrides).toEqual({
      batch: 8,
      iterations: folds[0].iterations,
    });
  });

  test("too small for one iteration, or beside --iterations, is one sentence", async () => {
    const forecast = { folds: [1, 2], secondsPerIteration: 0.5, secondsPerTest: 20, testEvery: 100 };
    expect(() => iterationsWithin(30, forecast)).toThrow(
      "--minutes: found 0.5 min for 2 folds, expected at least 0.68 min, one iteration and one test a fold; " +
        "give more time, fewer folds or a smaller batch.",
    );
    await expect(train(study, { minutes: 1, iterations: 5 })).rejects.toThrow(
      "--minutes: found 1 beside --iterations 5, expected one of them",
    );
  });
});

describe("overfitOneBatch", () => {
  test("learns a batch by heart, the same way each time, and keeps nothing", async () => {
    const options = { batch: 8, learningRate: 0.01, iterations: 120 };
    const first = await overfitOneBatch(study, options);
    expect(first).toMatchObject({ fold: 1, batch: 8, learned: true });
    expect(first.losses).toHaveLength(120);
    expect(first.losses[119]).toBeLessThan(first.losses[0] / 10);
    expect((await overfitOneBatch(study, options)).losses).toEqual(first.losses);
    expect(madeFiles()).toEqual([]);
    expect(existsSync(join(study.directory, "models", "1-training-log.jsonl"))).toBe(false);
  });

  test("says that a network with a hopeless learning rate learns nothing", async () => {
    const { learned } = await overfitOneBatch(study, { batch: 8, learningRate: 1e-9, iterations: 20 });
    expect(learned).toBe(false);
  });
});
