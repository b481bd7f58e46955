import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSolverPrototxt, type SolverParameter } from "../caffe/index.js";
import type { Engine } from "../engine/index.js";
import { fingerprint, HistobookError, numberOption } from "../foundation/index.js";
import { readManifest, solverName, trainingLogName, type Manifest, type Study } from "../study/index.js";
import { applyOverrides, overridesOf, readAheadOf, type Overrides, type TrainOptions } from "./options.js";
import type { RunTask } from "./openPhase.js";
import { classWeightsOf, recipeOf, type Recipe } from "./recipe.js";
import { newestSnapshot } from "./snapshots.js";
import { solverNetworks, type SolverNetworks } from "./solverNetworks.js";
import type { LogEntry } from "./logLine.js";
import { readTrainingLog } from "./trainingLog.js";

/** A trained fold. */
export interface TrainedFold {
  fold: number;
  /** The model's file, relative to the study. */
  model: string;
  /** Those that were done. */
  iterations: number;
  /** The iteration of the model, where the best by validation patients was taken; null where it is the last one. */
  best: number | null;
  /** The run's log: losses, tests, snapshots. */
  entries: LogEntry[];
  /** True when the model was there already. */
  reused: boolean;
  /** Where it was trained, when it comes from a recording; else it was trained here. */
  recorded?: string;
}

/** What decides one fold's training: its prototxts as they are now with this run's changes, its database, its seed. */
export interface FoldRun {
  fold: number;
  /** Fingerprint of all that decides the model. */
  key: string;
  database: Manifest["databases"][string];
  solver: SolverParameter;
  networks: SolverNetworks;
  overrides: Overrides;
  /** What was chosen beside the tutorial's recipe. */
  recipe: Recipe;
  seed: number;
  /** Batches that are read ahead; they don't change what is learned. */
  readAhead: number;
  /** What the prototxts' paths are relative to. */
  workingDirectory: string;
  logPath: string;
}

/**
 * Reads what a fold's training is decided by; the fold has its databases and prototxts.
 *
 * @throws HistobookError `BadOption`, `BadInput`, `Unsupported`.
 */
export function readFoldRun({ directory }: Study, fold: number, options: TrainOptions): FoldRun {
  const workingDirectory = join(directory, "models");
  const path = join(directory, solverName(fold));
  const overrides = overridesOf(options);
  const recipe = recipeOf(options);
  const seed = numberOption("--seed", options.seed ?? 1, { integer: true });
  const readAhead = readAheadOf(options);
  const database = readManifest(directory).databases[fold];
  const solver = readSolverPrototxt(path);
  const networks = solverNetworks(solver, solverName(fold), workingDirectory, directory);
  applyOverrides(solver, networks.train, overrides);
  const files = new Set(
    [path, networks.train.file, networks.test?.file].filter((file) => file !== undefined),
  );
  const texts = [...files].map((file) => readFileSync(file, "utf8"));
  const start = [options.weights, options.snapshot].map((file) => file && fingerprint(readInput(file)));
  // A run without any choice keeps the key that it had before there were choices.
  const chosen = Object.keys(recipe).length === 0 ? [] : [recipe];
  const key = fingerprint(["model 1", database.key, texts, overrides, seed, start, ...chosen]);
  const logPath = join(directory, trainingLogName(fold));
  const decided = { database, solver, networks, overrides, recipe, seed };
  return { fold, key, ...decided, readAhead, workingDirectory, logPath };
}

/** What such a run computes with an engine. */
export function runTaskOf(run: FoldRun, engine: Engine): RunTask {
  const { fold, solver, networks, workingDirectory, recipe, database, seed, readAhead } = run;
  const classWeights = classWeightsOf(recipe, database.train.byClass);
  const subject = solverName(fold);
  return { engine, solver, networks, subject, workingDirectory, recipe, classWeights, seed, readAhead };
}

/** The model that such a run has made before; undefined when there is none. */
export function finishedFold({ directory }: Study, { fold, key, logPath }: FoldRun): TrainedFold | undefined {
  const earlier = readManifest(directory).models[fold];
  if (earlier?.key !== key || !existsSync(join(directory, earlier.file))) return undefined;
  const entries = readTrainingLog(logPath);
  const { file, iterations, best = null, recorded } = earlier;
  return {
    ...{ fold, model: file, iterations, best, entries, reused: true },
    ...(recorded !== undefined && { recorded }),
  };
}

/** The newest snapshot of the same run; one of another run (other options, another database) is no start. */
export function resumableSnapshot(
  { key, logPath, workingDirectory, solver }: FoldRun,
  { report }: Pick<TrainOptions, "report">,
): string | undefined {
  const entries = readTrainingLog(logPath);
  const run = entries.find((entry) => entry.kind === "run");
  // Without a log the snapshots come from elsewhere, perhaps from Caffe itself: take the newest.
  if (!run) return newestSnapshot(resolve(workingDirectory, solver.snapshotPrefix), "state");
  if (run.key !== key) {
    const message = `${logPath} is of a run with other options, prototxts or databases; training starts anew.`;
    report?.({ event: "warning", step: "train", message });
    return undefined;
  }
  const states = entries.flatMap((entry) =>
    entry.kind === "snapshot" ? [resolve(workingDirectory, entry.state)] : [],
  );
  return states.filter((state) => existsSync(state)).at(-1);
}

function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: file,
      topic: "models",
      found: "no readable file",
      expected: "a .caffemodel or .solverstate",
      fix: "check the path",
      cause: error,
    });
  }
}
