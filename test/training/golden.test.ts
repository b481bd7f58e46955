import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readSolverState } from "../../kernel-lib/dist/caffe/index.js";
import { loadEngine } from "../../kernel-lib/dist/engine/index.js";
import { trainSolver, type LogEntry } from "../../kernel-lib/dist/training/index.js";
import { golden } from "../engine/golden.js";
import { largestDifference } from "../engine/numpy.js";
import { expectWithin } from "../figures.js";
import { newGoldenFolder, relative, weightDifference, writeSolver } from "./goldenRun.js";

interface CaffesLosses {
  full_precision_float32: number[];
  resume_from_10: [number, number][];
  tests: string[];
}
const caffe = JSON.parse(readFileSync(join(golden, "d", "losses.json"), "utf8")) as CaffesLosses;
const home = process.cwd();
/** WebAssembly takes seconds an iteration. */
let isFast: boolean;

/** Works in a folder as `caffe train` was run in, with all that it wrote there. */
function enterGoldenFolder(): void {
  const folder = newGoldenFolder();
  cpSync(join(golden, "d"), folder, { recursive: true });
  process.chdir(folder);
}

const losses = (entries: LogEntry[]) =>
  entries.flatMap((entry) => (entry.kind === "loss" ? [entry.loss] : []));

beforeAll(async () => {
  isFast = (await loadEngine()).name.startsWith("tensorflow");
});
beforeEach(enterGoldenFolder);
afterAll(() => process.chdir(home));

describe("trainSolver on what real caffe trained", () => {
  test("goes Caffe's way for 50 iterations of AdaGrad", async ({ skip }) => {
    if (!isFast) skip("no native engine here");
    const { entries, iterations, files } = await trainSolver("1-solver.prototxt", {
      weights: "init.caffemodel",
    });
    expect(iterations).toBe(50);
    expect(files).toEqual({ model: "run_iter_50.caffemodel", state: "run_iter_50.solverstate" });

    const found = losses(entries);
    expect(found.length).toBe(50);
    // The limits are Caffe's own drift between BLAS libraries.
    for (const [iteration, limit] of [
      [1, 3e-6],
      [10, 2e-4],
      [50, 5e-3],
    ] as const) {
      const index = iteration - 1;
      const theirs = join(golden, "d", `run_iter_${iteration}.caffemodel`);
      const weights = weightDifference(`run_iter_${iteration}.caffemodel`, theirs);
      const loss = Math.abs(found[index] - caffe.full_precision_float32[index]);
      expectWithin("Training", `weights after ${iteration} iterations of AdaGrad`, weights, limit);
      expectWithin("Training", `loss at iteration ${iteration}`, loss, limit);
    }
    // Relative; Caffe on other BLAS kernels: 2e-7 (two steps of float32; one more here), 2e-5, 7e-2.
    expect(relative(found.slice(0, 3), caffe.full_precision_float32)).toBeLessThan(3e-7);
    expect(relative(found.slice(0, 10), caffe.full_precision_float32)).toBeLessThan(2e-5);
    expect(relative(found, caffe.full_precision_float32)).toBeLessThan(7e-2);
    const history = readSolverState("run_iter_10.solverstate").history;
    const caffes = readSolverState(join(golden, "d", "run_iter_10.solverstate")).history;
    expect(history.map(({ shape }) => shape)).toEqual(caffes.map(({ shape }) => shape));
    history.forEach(({ data }, i) => {
      expect(largestDifference(data, caffes[i].data) / Math.max(...caffes[i].data)).toBeLessThan(1e-3);
    });

    const tests = entries.flatMap((entry) => (entry.kind === "test" ? [entry] : []));
    expect(tests.map(({ iteration }) => iteration)).toEqual([0, 25, 50]);
    const said = caffe.tests.join("\n");
    const values = [...said.matchAll(/(accuracy|loss) = ([\d.e-]+)/g)].map(([, name, text]) => ({
      name,
      value: Number(text),
    }));
    const ours = tests.flatMap(({ outputs }) => [outputs.accuracy, outputs.loss]);
    expect(values.map(({ name }) => name)).toEqual([
      "accuracy",
      "loss",
      "accuracy",
      "loss",
      "accuracy",
      "loss",
    ]);
    expect(Math.abs(ours[0] - values[0].value)).toBeLessThan(1e-6);
    expect(Math.abs(ours[1] - values[1].value)).toBeLessThan(1e-6);
    values.slice(2).forEach(({ value }, i) => expect(Math.abs(ours[i + 2] - value)).toBeLessThan(0.02));
  });

  test("begins with Caffe's losses on any engine", async () => {
    // WebAssembly is 1.4e-5 away after the first step.
    const { entries } = await trainSolver("1-solver.prototxt", { weights: "init.caffemodel", iterations: 2 });
    expect(relative(losses(entries), caffe.full_precision_float32)).toBeLessThan(1e-6);
    expect(
      weightDifference("run_iter_1.caffemodel", join(golden, "d", "run_iter_1.caffemodel")),
    ).toBeLessThan(5e-5);
  });

  test("goes on from Caffe's own snapshot as Caffe does when the cursor restarts", async () => {
    const count = isFast ? 10 : 2;
    const { entries } = await trainSolver("1-solver_resume.prototxt", {
      snapshot: join(golden, "d", "run_iter_10.solverstate"),
      iterations: 10 + count,
      cursor: "restart",
    });
    const found = losses(entries);
    expect(found.length).toBe(count);
    // The log has six digits.
    const expected = caffe.resume_from_10.map(([, loss]) => loss);
    expect(relative(found.slice(0, 1), expected)).toBeLessThan(1e-5);
    expect(relative(found.slice(0, 2), expected)).toBeLessThan(1e-4);
    expect(relative(found, expected)).toBeLessThan(2e-2);
  });

  test("goes on from Caffe's own snapshot with the batch that an undisturbed run would have seen", async () => {
    const { entries } = await trainSolver("1-solver_resume.prototxt", {
      snapshot: "run_iter_10.solverstate",
      iterations: 12,
    });
    expect(relative(losses(entries), caffe.full_precision_float32.slice(10))).toBeLessThan(1e-4);
  });

  const solvers = join(golden, "solvers");
  const read = (name: string) => JSON.parse(readFileSync(join(solvers, name), "utf8")) as unknown;
  const expectedLosses = read("losses.json") as Record<string, number[]>;

  test.each(Object.entries(read("solvers.json") as Record<string, string>))(
    "runs the solver %s as Caffe does",
    async (name, lines) => {
      writeSolver(".", "solver.prototxt", `max_iter: 8\nsnapshot_after_train: false\n${lines}`);
      const iterations = isFast ? 8 : 2;
      const { entries } = await trainSolver("solver.prototxt", { weights: "init.caffemodel", iterations });
      const found = losses(entries);
      expect(found.length).toBe(iterations);
      // The log has six digits; later, Caffe's own on other BLAS kernels differ by up to 3e-3 (AdaDelta).
      expect(relative(found.slice(0, 2), expectedLosses[name])).toBeLessThan(1e-5);
      const group = "Solvers (relative, losses of 8 iterations)";
      expectWithin(group, name, relative(found, expectedLosses[name]), 5e-3);
    },
  );
});
