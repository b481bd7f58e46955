import type { TrainingCurvePayload, TrainingRun } from "histobook/payloads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeText } from "../../jupyter-ext/src/charts/plotly-chart.js";
import { curveFigure, figureHeight, runLook } from "../../jupyter-ext/src/curve/figure.js";
import { curvePanels, lastIteration } from "../../jupyter-ext/src/curve/panels.js";
import { readOut, stepIteration, valueAt } from "../../jupyter-ext/src/curve/read-out.js";

const empty = { iterations: [], values: [] };
const surroundings = {
  text: "black",
  grid: "grey",
  mark: "blue",
  ground: "white",
  fontFamily: "serif",
  width: 800,
};

function run(name: string, change: Partial<TrainingRun> = {}): TrainingRun {
  return {
    name,
    done: 20,
    iterations: 100,
    loss: { iterations: [0, 10], values: [0.7, 0.5] },
    learningRate: { iterations: [0, 10], values: [0.001, 0.001] },
    speed: empty,
    tests: [
      { output: "accuracy", series: { iterations: [0, 20], values: [0.5, 0.75] } },
      { output: "loss", series: { iterations: [0, 20], values: [0.69, 0.6] } },
    ],
    snapshot: null,
    ...change,
  };
}

function training(change: Partial<TrainingCurvePayload> = {}): TrainingCurvePayload {
  return {
    version: 1,
    state: "finished",
    engine: null,
    planned: 2,
    secondsLeft: null,
    notes: [],
    runs: [run("fold 1"), run("fold 2", { tests: [], done: 40 })],
    ...change,
  };
}

describe("the panels of a training", () => {
  test("are the loss with its test, each other tested value, and the learning rate", () => {
    const panels = curvePanels(training());
    expect(panels.map(({ name, lines }) => [name, lines.map((line) => [line.run, line.test])])).toEqual([
      [
        "loss",
        [
          [0, false],
          [1, false],
          [0, true],
        ],
      ],
      ["accuracy", [[0, true]]],
      [
        "learning rate",
        [
          [0, false],
          [1, false],
        ],
      ],
    ]);
  });

  test("keep a place for the speed while the training runs, and afterwards where it was measured", () => {
    const names = (payload: TrainingCurvePayload): string[] => curvePanels(payload).map(({ name }) => name);
    expect(names(training())).not.toContain("patches a second");
    expect(names(training({ state: "running" }))).toContain("patches a second");
    const measured = run("fold 1", { speed: { iterations: [5], values: [400] } });
    expect(names(training({ runs: [measured] }))).toContain("patches a second");
  });
});

describe("the figure", () => {
  const draw = (change: Partial<Parameters<typeof curveFigure>[2]> = {}, payload = training()) =>
    curveFigure(
      payload,
      curvePanels(payload),
      { logarithmic: false, hidden: new Set(), marked: null, ...change },
      surroundings,
    );

  test("has a line for each run and panel, and none of a hidden run", () => {
    expect(draw().data).toHaveLength(6);
    expect(draw({ hidden: new Set([0]) }).data).toHaveLength(2);
  });

  test("puts only the loss on a logarithmic axis, and keeps each panel within the figure and apart", () => {
    const { layout } = draw({ logarithmic: true });
    const axes = layout as Record<string, { type: string; domain: [number, number] }>;
    expect([axes.yaxis.type, axes.yaxis2.type, axes.yaxis3.type]).toEqual(["log", "linear", "linear"]);
    expect(axes.xaxis.domain[1]).toBeLessThan(axes.xaxis2.domain[0]);
    expect(axes.yaxis3.domain[1]).toBeLessThan(axes.yaxis.domain[0]);
    for (const name of ["xaxis", "yaxis", "xaxis2", "yaxis2", "xaxis3", "yaxis3"]) {
      const [low, high] = axes[name].domain;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeGreaterThan(low);
      expect(high).toBeLessThanOrEqual(1);
    }
    expect(figureHeight(3, 800)).toBe(layout.height);
    expect(figureHeight(3, 300)).toBe((3 / 2) * figureHeight(3, 800));
  });

  test("draws the keyboard's line through all panels", () => {
    expect(draw().layout.shapes).toEqual([]);
    expect(draw({ marked: 7 }).layout.shapes).toMatchObject([
      { xref: "x", x0: 7, x1: 7 },
      { xref: "x2", x0: 7, x1: 7 },
      { xref: "x3", x0: 7, x1: 7 },
    ]);
  });

  test("holds names without their markup's effect", () => {
    expect(escapeText(`<a href="x">&amp;`)).toBe(`&lt;a href="x"&gt;&amp;amp;`);
    const [line] = draw({}, training({ runs: [run("<b>")] })).data;
    expect(line).toMatchObject({ name: "&lt;b&gt;" });
  });

  test("gives 30 runs 30 different looks", () => {
    const looks = Array.from({ length: 30 }, (_, n) => JSON.stringify(runLook(n)));
    expect(new Set(looks).size).toBe(30);
  });
});

describe("reading values", () => {
  test("gives the last value until an iteration, as a search from the front does", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(50), { maxLength: 20 }),
        fc.integer({ min: -5, max: 60 }),
        (numbers, at) => {
          const iterations = numbers.sort((a, b) => a - b);
          const series = { iterations, values: iterations.map((iteration) => iteration / 2) };
          const before = iterations.filter((iteration) => iteration <= at);
          expect(valueAt(series, at)).toBe(before.length === 0 ? null : before[before.length - 1] / 2);
        },
      ),
    );
  });

  test("tells every run that is drawn, and what it has", () => {
    const payload = training();
    const panels = curvePanels(payload);
    expect(readOut(payload, panels, new Set(), 12)).toBe(
      "iteration 12 · fold 1: loss 0.5, test loss 0.69, test accuracy 0.5, learning rate 0.001 · fold 2: loss 0.5, learning rate 0.001",
    );
    expect(readOut(payload, panels, new Set([0]), 12)).toBe(
      "iteration 12 · fold 2: loss 0.5, learning rate 0.001",
    );
  });

  test("moves by the arrow keys within the training", () => {
    const payload = training({ runs: [run("fold 1", { done: 1000 })] });
    expect(lastIteration(payload)).toBe(1000);
    expect(stepIteration(payload, 500, "ArrowRight", false)).toBe(510);
    expect(stepIteration(payload, 500, "ArrowLeft", true)).toBe(400);
    expect(stepIteration(payload, 995, "ArrowRight", false)).toBe(1000);
    expect(stepIteration(payload, 3, "ArrowLeft", false)).toBe(0);
    expect([stepIteration(payload, 3, "End", false), stepIteration(payload, 3, "Home", false)]).toEqual([
      1000, 0,
    ]);
    expect(stepIteration(payload, 3, "a", false)).toBeNull();
  });
});
