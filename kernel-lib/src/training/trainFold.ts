import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeValidationDatabase } from "../databases/index.js";
import type { Engine } from "../engine/index.js";
import { HistobookError, numberOption, storedPath, withWorkLock } from "../foundation/index.js";
import { databaseName, solverName, trainingLockName, updateManifest, type Study } from "../study/index.js";
import { finishedFold, resumableSnapshot, runTaskOf, type FoldRun, type TrainedFold } from "./foldRun.js";
import type { TrainOptions } from "./options.js";
import { foldWarnings } from "./foldWarnings.js";
import { openLogSinks } from "./logSinks.js";
import { usualValidationInterval } from "./pace.js";
import { solve } from "./solve.js";
import { openTrainingLog } from "./trainingLog.js";
import { runEntry } from "./trainSolver.js";
import type { ValidationTask } from "./solveTask.js";

/**
 * Trains one fold in this process, and writes down what its model was made from. While it runs no other process trains the same
 * fold, on whichever machine; who comes second takes what the first has made, or is told who is at work.
 *
 * @throws HistobookError `Locked`, and as `solve`.
 */
export function trainFold(
  study: Study,
  run: FoldRun,
  engine: Engine,
  options: TrainOptions,
): Promise<TrainedFold> {
  const lock = join(study.directory, trainingLockName(run.fold));
  const about = { ...options, subject: `the training of fold ${run.fold}`, step: "train" };
  return withWorkLock(
    lock,
    about,
    async (signal) => finishedFold(study, run) ?? trainLocked(study, run, engine, { ...options, signal }),
  );
}

async function trainLocked(
  study: Study,
  run: FoldRun,
  engine: Engine,
  options: TrainOptions,
): Promise<TrainedFold> {
  const { directory } = study;
  const { fold, key, database, solver, networks, overrides, recipe, seed, workingDirectory, logPath } = run;
  const snapshot = startOf(run, options);
  for (const message of foldWarnings(study, run, options.weights))
    options.report?.({ event: "warning", step: "train", message });
  const sinks = openLogSinks(options, fold);
  const solved = await solve({
    ...runTaskOf(run, engine),
    validation: await validationOf(study, run, options),
    testShares: database.test.byClass.map((patches) => patches / Math.max(1, database.test.count)),
    weights: options.weights && resolve(options.weights),
    snapshot,
    report: options.report,
    signal: options.signal,
    openLog: (from) => openTrainingLog(logPath, runEntry(key, engine, solver, networks.train), from),
    keep:
      options.keep === undefined
        ? undefined
        : numberOption("--keep", options.keep, { minimum: 1, integer: true }),
    onEntry(entry) {
      sinks.add(entry);
      options.onEntry?.(fold, entry);
    },
  }).finally(() => sinks.close());
  const { iteration: best = null, files = solved.files } = solved.best ?? {};
  if (files === null) {
    throw new HistobookError("BadInput", {
      subject: solverName(fold),
      found: "snapshot_after_train: false, and no snapshot",
      expected: "a model at the end of training",
      fix: "remove that line from the solver",
    });
  }
  const file = storedPath(directory, resolve(workingDirectory, files.model));
  const { scale, size } = database;
  const { iterations, entries } = solved;
  await updateManifest(directory, (manifest) => ({
    ...manifest,
    models: {
      ...manifest.models,
      [fold]: {
        key,
        from: database.key,
        file,
        scale,
        size,
        iterations,
        engine: engine.description,
        seed,
        overrides,
        ...(Object.keys(recipe).length > 0 && { recipe: { ...recipe } }),
        ...(best !== null && { best }),
      },
    },
  }));
  return { fold, model: file, iterations, best, entries, reused: false };
}

/** How the run is tested on validation patients; their database is made where it is missing. */
async function validationOf(
  study: Study,
  { fold, recipe, solver }: FoldRun,
  { report, signal }: TrainOptions,
): Promise<ValidationTask | undefined> {
  const { validateEvery, earlyStopping: patience } = recipe;
  if (validateEvery === undefined && patience === undefined) return undefined;
  const { count } = await makeValidationDatabase(study, fold, { report, signal });
  const every = validateEvery ?? usualValidationInterval(solver.maxIter, solver.testInterval);
  return { every, patience, database: `../${databaseName("val", fold)}`, patches: count };
}

/** The snapshot to begin from; a run that is gone on with is further than the one that it was begun from. */
function startOf(run: FoldRun, options: TrainOptions): string | undefined {
  const given = options.snapshot && resolve(options.snapshot);
  if (!options.resume || (given && !existsSync(run.logPath))) return given;
  return resumableSnapshot(run, options) ?? given;
}
