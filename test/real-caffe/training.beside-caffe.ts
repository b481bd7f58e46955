import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readSolverState } from "../../kernel-lib/dist/caffe/index.js";
import { golden } from "../engine/golden.js";
import { expectWithin } from "../figures.js";

import { largestDifference, largestValue } from "../engine/numpy.js";
import { newGoldenFolder, ourTrain, relative, weightDifference, writeSolver } from "../training/goldenRun.js";
import { caffeTrain, lossesIn, ratesIn, testsIn } from "./program.js";

let folder: string;
const inFolder = (name: string) => join(folder, name);
beforeEach(() => {
  folder = newGoldenFolder();
});

const solvers = JSON.parse(readFileSync(join(golden, "solvers", "solvers.json"), "utf8")) as Record<
  string,
  string
>;
const adaGrad = 'type: "AdaGrad"\nbase_lr: 0.001\nlr_policy: "fixed"\nweight_decay: 0.004';

describe("every solver goes Caffe's way", () => {
  test.each(Object.entries(solvers))("%s", async (name, lines) => {
    writeSolver(folder, "solver.prototxt", `${lines}\nmax_iter: 8\nsnapshot: 8\nsnapshot_prefix: "ours"`);
    const ours = await ourTrain(folder, "solver.prototxt", { weights: "init.caffemodel" });
    writeSolver(folder, "solver.prototxt", `${lines}\nmax_iter: 8\nsnapshot: 8\nsnapshot_prefix: "theirs"`);
    const log = caffeTrain(["-solver", "solver.prototxt", "-weights", "init.caffemodel"], folder);
    const theirs = lossesIn(log);
    expect(theirs.length).toBe(8);
    expect(relative(ours.losses.slice(0, 2), theirs)).toBeLessThan(2e-5);
    // Caffe's own on other BLAS kernels differ by up to 3e-3 (AdaDelta).
    const group = "Beside the built Caffe, 8 iterations";
    expectWithin(group, `losses, ${name} (relative)`, relative(ours.losses, theirs), 5e-3);
    expect(
      weightDifference(inFolder("ours_iter_8.caffemodel"), inFolder("theirs_iter_8.caffemodel")),
    ).toBeLessThan(3e-4);
    const [found, expected] = ["ours", "theirs"].map((name) =>
      readSolverState(inFolder(`${name}_iter_8.solverstate`)),
    );
    expect(found.history.map(({ shape }) => shape)).toEqual(expected.history.map(({ shape }) => shape));
    found.history.forEach(({ data }, i) => {
      const scale = Math.max(largestValue(expected.history[i].data), 1e-12);
      expect(largestDifference(data, expected.history[i].data) / scale, `history ${i}`).toBeLessThan(5e-2);
    });
  });
});

describe("every policy gives Caffe's learning rates", () => {
  test.each([
    'lr_policy: "fixed"',
    'lr_policy: "step" gamma: 0.5 stepsize: 2',
    'lr_policy: "multistep" gamma: 0.5 stepvalue: 2 stepvalue: 3',
    'lr_policy: "exp" gamma: 0.9',
    'lr_policy: "inv" gamma: 0.1 power: 0.75',
    'lr_policy: "poly" power: 2',
    'lr_policy: "sigmoid" gamma: 0.5 stepsize: 3',
  ])("%s", async (policy) => {
    writeSolver(
      folder,
      "solver.prototxt",
      `type: "SGD" base_lr: 0.00001 ${policy} max_iter: 5 snapshot_after_train: false`,
    );
    const ours = await ourTrain(folder, "solver.prototxt", { weights: "init.caffemodel" });
    const log = caffeTrain(["-solver", "solver.prototxt", "-weights", "init.caffemodel"], folder);
    expect(ours.rates.length).toBe(5);
    expect(relative(ours.rates, ratesIn(log))).toBeLessThan(1e-5);
    expect(relative(ours.losses, lossesIn(log))).toBeLessThan(1e-4);
  });
});

describe("hand-over", () => {
  const solver = (name: string, iterations: number) =>
    writeSolver(
      folder,
      `${name}.prototxt`,
      `${adaGrad}\nmax_iter: ${iterations}\nsnapshot: 10\nsnapshot_prefix: "${name}"`,
    );

  test.each([
    ["AdaGrad", adaGrad],
    ["Adam", 'type: "Adam" base_lr: 0.0001 momentum: 0.9 momentum2: 0.999 delta: 0.001 lr_policy: "fixed"'],
    ["SGD", 'type: "SGD" base_lr: 0.00001 momentum: 0.9 lr_policy: "step" gamma: 0.5 stepsize: 4'],
  ])("caffe train goes on from our snapshot as from its own: %s", async (name, lines) => {
    const write = (prefix: string, iterations: number) =>
      writeSolver(
        folder,
        `${prefix}.prototxt`,
        `${lines}\nmax_iter: ${iterations}\nsnapshot: 10\nsnapshot_prefix: "${prefix}"`,
      );
    write("ours", 10);
    write("theirs", 10);
    await ourTrain(folder, "ours.prototxt", { weights: "init.caffemodel" });
    caffeTrain(["-solver", "theirs.prototxt", "-weights", "init.caffemodel"], folder);
    write("longer", 20);
    const resume = (from: string) =>
      lossesIn(
        caffeTrain(["-solver", "longer.prototxt", "-snapshot", `${from}_iter_10.solverstate`], folder),
      );
    const fromTheirs = resume("theirs");
    const fromOurs = resume("ours");
    expect(fromOurs.length).toBe(10);
    expect(relative(fromOurs.slice(0, 3), fromTheirs)).toBeLessThan(1e-3);
    const what = `losses of caffe train's next 10 iterations from our snapshot, ${name} (relative)`;
    expectWithin("Hand-over", what, relative(fromOurs, fromTheirs), 3e-2);
  });

  test("we go on from caffe train's snapshot as it does itself", async () => {
    solver("theirs", 10);
    caffeTrain(["-solver", "theirs.prototxt", "-weights", "init.caffemodel"], folder);
    solver("longer", 20);
    const snapshot = "theirs_iter_10.solverstate";
    const expected = lossesIn(caffeTrain(["-solver", "longer.prototxt", "-snapshot", snapshot], folder));
    cpSync(inFolder("longer_iter_20.caffemodel"), inFolder("caffes.caffemodel"));
    rmSync(inFolder("longer_iter_20.caffemodel"));
    const { losses } = await ourTrain(folder, "longer.prototxt", { snapshot, cursor: "restart" });
    expect(losses.length).toBe(10);
    const what = "our next 10 iterations from caffe train's snapshot, AdaGrad";
    expectWithin("Hand-over", `losses of ${what} (relative)`, relative(losses, expected), 1e-2);
    const weights = weightDifference(inFolder("longer_iter_20.caffemodel"), inFolder("caffes.caffemodel"));
    expectWithin("Hand-over", `weights after ${what}`, weights, 5e-3);
  });

  test("a run handed to Caffe and back is the run that neither gave away", async () => {
    solver("alone", 30);
    const alone = await ourTrain(folder, "alone.prototxt", { weights: "init.caffemodel" });
    solver("shared", 10);
    await ourTrain(folder, "shared.prototxt", { weights: "init.caffemodel" });
    solver("shared", 20);
    const theirs = lossesIn(
      caffeTrain(["-solver", "shared.prototxt", "-snapshot", "shared_iter_10.solverstate"], folder),
    );
    solver("shared", 30);
    const { losses, files } = await ourTrain(folder, "shared.prototxt", {
      snapshot: "shared_iter_20.solverstate",
    });
    expect(files?.model).toBe("shared_iter_30.caffemodel");
    expect(existsSync(inFolder("shared_iter_30.solverstate"))).toBe(true);
    // Caffe reads the database from its start again, so that its ten batches are others: the level is the same.
    const level = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const before = level(alone.losses.slice(5, 10));
    for (const part of [theirs, losses]) {
      expect(part.length).toBe(10);
      expect(level(part)).toBeLessThan(1.2 * before);
      expect(Math.max(...part)).toBeLessThan(2 * before);
    }
  });

  test("test phases give Caffe's accuracy and loss", async () => {
    const lines = `net: "1-net.prototxt"\n${adaGrad}\ntest_iter: 3\ntest_interval: 2\ndisplay: 1\nmax_iter: 4\nsnapshot_prefix: "tests"\nsolver_mode: CPU`;
    writeFileSync(inFolder("tests.prototxt"), lines);
    const log = caffeTrain(["-solver", "tests.prototxt", "-weights", "init.caffemodel"], folder);
    rmSync(inFolder("tests_iter_4.caffemodel"));
    const { tests } = await ourTrain(folder, "tests.prototxt", { weights: "init.caffemodel" });
    expect(tests.length).toBe(3);
    expect(
      largestDifference(
        tests.map(({ accuracy }) => accuracy),
        testsIn(log, "accuracy"),
      ),
    ).toBeLessThan(1e-5);
    expect(
      relative(
        tests.map(({ loss }) => loss),
        testsIn(log, "loss"),
      ),
    ).toBeLessThan(1e-4);
    expect(readFileSync(inFolder("tests_iter_4.caffemodel")).length).toBeGreaterThan(5e5);
  });
});
