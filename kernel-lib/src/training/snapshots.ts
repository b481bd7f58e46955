import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readModel, readSolverState, writeModel, writeSolverState } from "../caffe/index.js";
import type { LearnerState } from "../engine/index.js";
import { HistobookError, makeFolder } from "../foundation/index.js";
import type { SolverNetwork } from "./solverNetworks.js";

/** A training run at rest: what a .solverstate and the .caffemodel that it names hold. */
export interface Snapshot extends LearnerState {
  iteration: number;
  /** How many times the step policy has lowered the rate. */
  currentStep: number;
}

/** A snapshot's two files, relative to the working directory. */
export interface SnapshotFiles {
  model: string;
  state: string;
}

/** The names of a snapshot's two files (Caffe's own: PREFIX_iter_N). */
export function snapshotFiles(prefix: string, iteration: number): SnapshotFiles {
  return {
    model: `${prefix}_iter_${iteration}.caffemodel`,
    state: `${prefix}_iter_${iteration}.solverstate`,
  };
}

/**
 * Writes a snapshot; the state comes last, so that its presence says that both are whole.
 *
 * @param prefix the solver's snapshot_prefix, relative to the working directory
 */
export function writeSnapshot(
  workingDirectory: string,
  prefix: string,
  { net, use }: Pick<SolverNetwork, "net" | "use">,
  snapshot: Snapshot,
): SnapshotFiles {
  const files = snapshotFiles(prefix, snapshot.iteration);
  makeFolder(dirname(resolve(workingDirectory, prefix)));
  writeModel(resolve(workingDirectory, files.model), net, snapshot.weights, use);
  writeSolverState(resolve(workingDirectory, files.state), {
    iteration: snapshot.iteration,
    learnedNet: files.model,
    currentStep: snapshot.currentStep,
    history: snapshot.history,
  });
  return files;
}

/**
 * Reads a snapshot: the state, and the model that it names (relative to the working directory, else beside it).
 *
 * @throws HistobookError `BadInput` when one of the two is missing or damaged.
 */
export function readSnapshot(statePath: string, workingDirectory: string): Snapshot {
  const { iteration, learnedNet, currentStep, history } = readSolverState(statePath);
  const candidates = [resolve(workingDirectory, learnedNet), join(dirname(statePath), basename(learnedNet))];
  const model = candidates.find((path) => existsSync(path));
  if (learnedNet === "" || model === undefined) {
    throw new HistobookError("BadInput", {
      subject: statePath,
      topic: "models",
      found: `a state whose model '${learnedNet}' is missing`,
      expected: "the .caffemodel that was written with it",
      fix: "put the model beside the state",
    });
  }
  return { iteration, currentStep, history, weights: readModel(model).weights };
}

/**
 * The model or the state of the newest snapshot with a prefix (absolute path), histobook's or Caffe's; undefined when
 * there is none.
 *
 * @example
 * newestSnapshot("/nowhere/1_caffenet_train_w32", "model"); // => undefined
 */
export function newestSnapshot(prefix: string, part: "model" | "state"): string | undefined {
  const folder = dirname(prefix);
  if (!existsSync(folder)) return undefined;
  const start = `${basename(prefix)}_iter_`;
  const ending = part === "model" ? ".caffemodel" : ".solverstate";
  const iterations = readdirSync(folder)
    .filter((name) => name.startsWith(start) && name.endsWith(ending))
    .map((name) => Number(name.slice(start.length, -ending.length)))
    .filter(Number.isInteger);
  return iterations.length > 0 ? snapshotFiles(prefix, Math.max(...iterations))[part] : undefined;
}
