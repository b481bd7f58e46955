import { beforeAll, describe, expect, test } from "vitest";
import { loadEngine, type Engine } from "../../kernel-lib/dist/engine/index.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { solverKind } from "../../kernel-lib/dist/engine/updateRules.js";
import { largestDifference } from "./numpy.js";

const constants = { momentum: 0.9, momentum2: 0.99, rmsDecay: 0.95, delta: 1e-3 };

type Reference = (g: number, h: number[], rate: number, k: number) => { step: number; history: number[] };

/** One value's update, written after Caffe's sgd_solvers. */
const references: Record<string, Reference> = {
  SGD: (g, [v], rate) => {
    const next = rate * g + 0.9 * v;
    return { step: next, history: [next] };
  },
  Nesterov: (g, [v], rate) => {
    const next = rate * g + 0.9 * v;
    return { step: 1.9 * next - 0.9 * v, history: [next] };
  },
  AdaGrad: (g, [h], rate) => {
    const next = h + g * g;
    return { step: (rate * g) / (Math.sqrt(next) + 1e-3), history: [next] };
  },
  RMSProp: (g, [h], rate) => {
    const next = 0.05 * g * g + 0.95 * h;
    return { step: (rate * g) / (Math.sqrt(next) + 1e-3), history: [next] };
  },
  AdaDelta: (g, [h, u], rate) => {
    const next = 0.1 * g * g + 0.9 * h;
    const step = g * Math.sqrt((u + 1e-3) / (next + 1e-3));
    return { step: rate * step, history: [next, 0.1 * step * step + 0.9 * u] };
  },
  Adam: (g, [m, v], rate, k) => {
    const [first, second] = [0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g];
    const correction = Math.sqrt(1 - 0.99 ** (k + 1)) / (1 - 0.9 ** (k + 1));
    return { step: (rate * correction * first) / (Math.sqrt(second) + 1e-3), history: [first, second] };
  },
};

describe("update rules", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine("javascript");
  });

  test.each(Object.keys(references))("%s takes Caffe's steps", (type) => {
    const tf = tensorFlowOf(engine);
    const { update, historyLength, rateFactor } = solverKind(type);
    const gradients = [
      [0.5, -2, 0, 1e-4],
      [-0.25, -1, 3, 1e-4],
      [0.125, 4, -3, -2e-4],
    ];
    let history = Array.from({ length: historyLength }, () => tf.zeros([4]));
    const numbers = [0, 1, 2, 3].map(() => new Array<number>(historyLength).fill(0));
    gradients.forEach((gradient, iteration) => {
      const rate = tf.scalar(0.1 * (rateFactor?.(constants, iteration) ?? 1));
      const found = update(tf, tf.tensor1d(gradient), history, rate, constants);
      const expected = gradient.map((g, i) => references[type](g, numbers[i], 0.1, iteration));
      expected.forEach((one, i) => (numbers[i] = one.history));
      const steps = expected.map(({ step }) => step);
      expect(largestDifference(found.step.dataSync(), steps)).toBeLessThan(1e-6);
      found.history.forEach((tensor, slot) => {
        const values = numbers.map((slots) => slots[slot]);
        expect(largestDifference(tensor.dataSync(), values)).toBeLessThan(1e-6);
      });
      history = found.history;
    });
    expect(history.length).toBe(historyLength);
  });

  test("solverKind names a type that Caffe does not have", () => {
    expect(() => solverKind("LBFGS")).toThrow(/solver: found type "LBFGS", expected one of SGD, Nesterov/);
    expect(() => solverKind("toString")).toThrow(/found type "toString"/);
  });
});
