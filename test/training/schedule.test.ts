import { describe, expect, test } from "vitest";
import { learningRate, scheduledRate } from "../../kernel-lib/dist/training/index.js";

const solver = {
  baseLr: 0.1,
  lrPolicy: "step",
  gamma: 0.5,
  power: 0,
  stepsize: 40,
  stepvalue: [],
  maxIter: 100,
};
const all = Array.from({ length: 100 }, (_, iteration) => iteration);
const rates = (options: Parameters<typeof scheduledRate>[1]) =>
  all.map((iteration) => scheduledRate(solver, options, iteration));
const falls = (values: number[]) => values.every((value, i) => i === 0 || value < values[i - 1]);

describe("scheduledRate", () => {
  test("is the solver's own policy when nothing is chosen", () => {
    expect(rates({})).toEqual(all.map((iteration) => learningRate(solver, iteration)));
  });

  test("cosine falls from base_lr, is half of it in the middle, and ends near 0", () => {
    const cosine = rates({ schedule: "cosine" });
    expect(cosine[0]).toBe(0.1);
    expect(cosine[50]).toBeCloseTo(0.05, 12);
    expect(cosine[99]).toBeLessThan(1e-4);
    expect(falls(cosine)).toBe(true);
  });

  test("one cycle rises to base_lr over three tenths and falls to next to nothing", () => {
    const cycle = rates({ schedule: "one-cycle" });
    expect(cycle[0]).toBeCloseTo(0.004, 12);
    expect(cycle[30]).toBeCloseTo(0.1, 12);
    expect(falls([...cycle.slice(0, 31)].reverse())).toBe(true);
    expect(falls(cycle.slice(30))).toBe(true);
    expect(cycle[99]).toBeLessThan(1e-4);
  });

  test("warm-up multiplies any of them, and is over after its iterations", () => {
    const warm = rates({ schedule: "cosine", warmUp: 10 });
    const cosine = rates({ schedule: "cosine" });
    expect(warm.slice(0, 10)).toEqual(cosine.slice(0, 10).map((rate, i) => ((i + 1) / 10) * rate));
    expect(warm.slice(10)).toEqual(cosine.slice(10));
  });
});
