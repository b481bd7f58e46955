import { dirname, resolve } from "node:path";
import { filterNet, readSolverPrototxt, type SolverParameter } from "../caffe/index.js";
import { isDataLayer, loadEngine, reportPassedOver, type Engine } from "../engine/index.js";
import { makeFolder, numberOption, withWorkLock } from "../foundation/index.js";
import { openLogSinks } from "./logSinks.js";
import { batchesPerIteration } from "./feed.js";
import { applyOverrides, overridesOf, readAheadOf, type TrainOptions } from "./options.js";
import type { RecipeOptions } from "./recipe.js";
import { newestSnapshot } from "./snapshots.js";
import { solve } from "./solve.js";
import { batchParameter } from "./source.js";
import type { SolveResult } from "./solverRun.js";
import { solverNetworks, type SolverNetwork, type SolverNetworks } from "./solverNetworks.js";
import type { LogEntry, RunEntry } from "./logLine.js";
import { openTrainingLog } from "./trainingLog.js";

/** The options of `trainSolver`. */
export type TrainSolverOptions = Omit<
  TrainOptions,
  "fold" | "onEntry" | "keep" | "minutes" | "processes" | "network" | "newNetwork" | keyof RecipeOptions
> & {
  /** Whether a resumed run reads on where it was (default), or from the database's start as Caffe does. */
  cursor?: "continue" | "restart";
  /** Called with each line of the run's log. */
  onEntry?: (entry: LogEntry) => void;
};

/**
 * Runs any solver's prototxt of this family as `caffe train --solver` does; its paths are relative to the working
 * directory. While it runs no other process writes snapshots of the same prefix.
 *
 * @throws HistobookError `NoEngine`, `BadOption`, `BadInput`, `Unsupported`, `Locked`, `Interrupted`.
 */
export async function trainSolver(
  solverPath: string,
  options: TrainSolverOptions = {},
): Promise<SolveResult & { engine: string }> {
  const workingDirectory = process.cwd();
  const solver = readSolverPrototxt(resolve(solverPath));
  const networks = solverNetworks(solver, solverPath, workingDirectory, workingDirectory);
  applyOverrides(solver, networks.train, overridesOf(options));
  const prefix = resolve(workingDirectory, solver.snapshotPrefix);
  makeFolder(dirname(prefix));
  const about = { ...options, subject: `the training that writes ${prefix}_iter_*`, step: "train" };
  return withWorkLock(`${prefix}.lock`, about, (signal) =>
    trainLocked({ solverPath, workingDirectory, solver, networks }, { ...options, signal }),
  );
}

/** What is trained, and where. */
interface Training {
  solverPath: string;
  workingDirectory: string;
  solver: SolverParameter;
  networks: SolverNetworks;
}

async function trainLocked(
  { solverPath, workingDirectory, solver, networks }: Training,
  options: TrainSolverOptions,
): Promise<SolveResult & { engine: string }> {
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "train", options);
  const seed = numberOption("--seed", options.seed ?? 1, { integer: true });
  const newest = options.resume
    ? newestSnapshot(resolve(workingDirectory, solver.snapshotPrefix), "state")
    : undefined;
  const { weights, snapshot = newest, cursor, report, signal, onEntry } = options;
  const sinks = openLogSinks(options, undefined);
  const result = await solve({
    engine,
    solver,
    networks,
    subject: solverPath,
    workingDirectory,
    seed,
    readAhead: readAheadOf(options),
    weights,
    snapshot: snapshot === undefined ? undefined : resolve(snapshot),
    cursor,
    report,
    signal,
    onEntry(entry) {
      sinks.add(entry);
      onEntry?.(entry);
    },
    openLog: (from) => openTrainingLog(null, runEntry("", engine, solver, networks.train), from),
  }).finally(() => sinks.close());
  return { ...result, engine: engine.description };
}

/** The first line of a run's log. */
export function runEntry(
  key: string,
  engine: Engine,
  solver: SolverParameter,
  { net, use }: SolverNetwork,
): RunEntry {
  const source = filterNet(net, use).layer.find(isDataLayer);
  const batch = ((source && batchParameter(source)?.batchSize) ?? 0) * batchesPerIteration(solver);
  return { kind: "run", key, engine: engine.description, iterations: solver.maxIter, batch };
}
