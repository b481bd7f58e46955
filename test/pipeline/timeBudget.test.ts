/** What a time budget buys: the planning alone. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planTimeBudget, type RunSpeeds, type RunWork } from "../../kernel-lib/dist/pipeline/index.js";

const seconds = (most: number) => fc.double({ min: most / 1000, max: most, noNaN: true });
const machines: fc.Arbitrary<RunSpeeds> = fc.record({
  secondsPerPixel: seconds(1e-5),
  secondsPerPatch: seconds(1e-3),
  secondsPerRecord: seconds(1e-3),
  secondsPerFold: seconds(2),
  secondsPerIteration: seconds(0.2),
  secondsPerTestBatch: seconds(0.2),
  secondsPerWindow: seconds(1e-3),
});
const studies: fc.Arbitrary<RunWork> = fc.record(
  {
    images: fc.array(
      fc.record({ width: fc.integer({ min: 32, max: 2000 }), height: fc.integer({ min: 32, max: 2000 }) }),
      { minLength: 1, maxLength: 50 },
    ),
    folds: fc.integer({ min: 2, max: 10 }),
    validationShare: fc.constantFrom(0, 0.2, 0.5),
    patchesPerPosition: fc.constantFrom(4, 4.6),
    batch: fc.constantFrom(24, 128),
    validateEvery: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null }),
    solverTests: fc.record({
      batches: fc.integer({ min: 1, max: 100 }),
      every: fc.integer({ min: 1, max: 1000 }),
    }),
  },
  { requiredKeys: ["images", "folds", "validationShare", "patchesPerPosition", "batch"] },
);
const hours = fc.integer({ min: 60, max: 100_000 });

/** Undefined where the time is too short for any run. */
function planOf(budget: number, study: RunWork, machine: RunSpeeds) {
  try {
    return planTimeBudget(budget, study, machine);
  } catch (error) {
    expect(error).toMatchObject({ code: "BadOption", subject: "--minutes" });
    return undefined;
  }
}

describe("planTimeBudget", () => {
  test("keeps to the time, told piece by piece", () => {
    fc.assert(
      fc.property(hours, studies, machines, (budget, study, machine) => {
        const plan = planOf(budget, study, machine);
        if (!plan) return;
        const { perImage, iterations, stride } = plan;
        const patches = study.images.length * perImage * study.patchesPerPosition;
        let time = 0;
        for (const { width, height } of study.images) {
          time += width * height * machine.secondsPerPixel;
          time += Math.ceil(width / stride) * Math.ceil(height / stride) * machine.secondsPerWindow;
        }
        const databases = study.folds * machine.secondsPerRecord;
        time += patches * (machine.secondsPerPatch + databases);
        const { batches, every } = study.solverTests ?? {
          batches: Math.max(1, Math.floor(patches / study.folds / 128)),
          every: Math.min(1000, Math.max(1, Math.floor(iterations / 4))),
        };
        const tests = (1 + Math.floor(iterations / every)) * batches * machine.secondsPerTestBatch;
        const training = machine.secondsPerFold + iterations * machine.secondsPerIteration + tests;
        time += study.folds * training;
        expect(time).toBeLessThanOrEqual(budget);
        const sum = plan.seconds.patches + plan.seconds.training + plan.seconds.maps;
        // The plan counts the tests on validation patients and their maps as well.
        expect(sum).toBeGreaterThanOrEqual(time * (1 - 1e-9));
        expect(sum).toBeLessThanOrEqual(budget);
      }),
    );
  });

  test("gives more time never fewer iterations or a larger stride", () => {
    fc.assert(
      fc.property(hours, hours, studies, machines, (one, other, study, machine) => {
        const less = planOf(Math.min(one, other), study, machine);
        const more = planOf(Math.max(one, other), study, machine);
        if (!less) return;
        expect(more!.iterations).toBeGreaterThanOrEqual(less.iterations);
        expect(more!.stride).toBeLessThanOrEqual(less.stride);
      }),
    );
  });

  const study: RunWork = {
    images: Array.from({ length: 20 }, () => ({ width: 600, height: 600 })),
    folds: 5,
    validationShare: 0.2,
    patchesPerPosition: 4,
    batch: 24,
  };
  const machine: RunSpeeds = {
    secondsPerPixel: 1e-6,
    secondsPerPatch: 1e-4,
    secondsPerRecord: 1e-5,
    secondsPerFold: 1,
    secondsPerIteration: 0.01,
    secondsPerTestBatch: 0.01,
    secondsPerWindow: 1e-4,
  };

  test("uses what time there is, and no more patches than the training sees twice", () => {
    const short = planTimeBudget(300, study, machine);
    expect(short.stride).toBe(4);
    expect((20 * short.perImage * 4 * 0.64 * 2) / (short.iterations * 24)).toBeCloseTo(1, 1);
    const long = planTimeBudget(24 * 3600, study, machine);
    expect(long.stride).toBe(1);
    const used = long.seconds.patches + long.seconds.training + long.seconds.maps;
    expect(used / (24 * 3600)).toBeGreaterThan(0.65);
  });

  test("says how much time is needed at least, which is then enough", () => {
    const least =
      /^--minutes: found 0\.1 min, expected at least ([\d.]+) min for 20 images and 5 folds here; give more time\.$/;
    const message = (() => {
      try {
        planTimeBudget(6, study, machine);
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    })();
    expect(message).toMatch(least);
    const minutes = Number(least.exec(message)![1]);
    expect(planTimeBudget(60 * minutes * 1.05, study, machine).iterations).toBeGreaterThan(0);
    expect(planOf(60 * minutes * 0.9, study, machine)).toBeUndefined();
  });
});
