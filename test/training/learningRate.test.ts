import { describe, expect, test } from "vitest";
import { learningRate, type RatePolicy } from "../../kernel-lib/dist/training/index.js";

const policy = (lrPolicy: string, change: Partial<RatePolicy> = {}): RatePolicy => ({
  baseLr: 0.1,
  lrPolicy,
  gamma: 0.5,
  power: 2,
  stepsize: 10,
  stepvalue: [10, 15],
  maxIter: 40,
  ...change,
});

describe("learningRate", () => {
  test.each<[string, number[], (iteration: number) => number]>([
    ["fixed", [0, 39], () => 0.1],
    ["step", [0, 9, 10, 19, 20], (i) => 0.1 * [1, 0.5, 0.25][Math.floor(i / 10)]],
    ["multistep", [0, 9, 10, 14, 15, 39], (i) => (i < 10 ? 0.1 : i < 15 ? 0.05 : 0.025)],
    ["exp", [0, 1, 3], (i) => 0.1 / 2 ** i],
    ["inv", [0, 2, 6], (i) => 0.1 / (1 + i / 2) ** 2],
    ["poly", [0, 10, 40], (i) => 0.1 * ((40 - i) / 40) ** 2],
    ["sigmoid", [0, 10, 20], (i) => 0.1 * (1 / (1 + Math.exp((10 - i) / 2)))],
  ])("follows the policy %s", (name, iterations, expected) => {
    for (const i of iterations) expect(learningRate(policy(name), i)).toBeCloseTo(expected(i), 12);
  });

  test("names a policy that Caffe does not have", () => {
    expect(() => learningRate(policy("cosine"), 0)).toThrow(
      /solver: found lr_policy "cosine", expected fixed/,
    );
  });
});
