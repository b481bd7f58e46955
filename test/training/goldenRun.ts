/** A folder in which both programs can train: golden d's prototxts and weights, golden c's databases and mean. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModel } from "../../kernel-lib/dist/caffe/index.js";
import { trainSolver, type TrainSolverOptions } from "../../kernel-lib/dist/training/index.js";
import { copyOfDatabase, golden } from "../engine/golden.js";
import { largestDifference } from "../engine/numpy.js";

const home = process.cwd();

export function newGoldenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "histobook-caffe-"));
  for (const [name, database] of Object.entries({ DB_train_1: "space", DB_test_1: "shuffle" }))
    renameSync(copyOfDatabase(database, folder), join(folder, name));
  cpSync(join(golden, "c", "mean_space.binaryproto"), join(folder, "DB_train_w32_1.binaryproto"));
  for (const file of ["1-net.prototxt", "1-solver.prototxt", "init.caffemodel"])
    cpSync(join(golden, "d", file), join(folder, file));
  return folder;
}

/** A solver of the golden network: what `lines` say, and no tests. */
export function writeSolver(folder: string, name: string, lines: string): void {
  writeFileSync(
    join(folder, name),
    `net: "1-net.prototxt"\ntest_iter: 1\ntest_interval: 1000\ntest_initialization: false\ndisplay: 1\nsolver_mode: CPU\n${lines}\n`,
  );
}

/** Runs our trainer as `caffe train` runs: in the folder. */
export async function ourTrain(folder: string, solver: string, options: TrainSolverOptions = {}) {
  process.chdir(folder);
  try {
    const { entries, files } = await trainSolver(solver, options);
    const losses = entries.flatMap((entry) => (entry.kind === "loss" ? [entry] : []));
    return {
      losses: losses.map(({ loss }) => loss),
      rates: losses.map(({ learningRate }) => learningRate),
      tests: entries.flatMap((entry) => (entry.kind === "test" ? [entry.outputs] : [])),
      files,
    };
  } finally {
    process.chdir(home);
  }
}

/** The largest difference of two lists, as a share of the expected. */
export const relative = (found: number[], expected: number[]): number =>
  Math.max(...found.map((value, i) => Math.abs(value - expected[i]) / Math.abs(expected[i])));

/** The largest difference between two models' weights. */
export function weightDifference(found: string, expected: string): number {
  const ours = readModel(found).weights;
  return Math.max(
    ...[...readModel(expected).weights].flatMap(([layer, blobs]) =>
      blobs.map(({ data }, i) => largestDifference(ours.get(layer)![i].data, data)),
    ),
  );
}

export const sameBytes = (one: string, other: string): boolean =>
  readFileSync(one).equals(readFileSync(other));

export const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
