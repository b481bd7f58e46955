import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { readSolverPrototxt, type SolverParameter } from "../caffe/index.js";
import { loadEngine, reportPassedOver, type Engine } from "../engine/index.js";
import { fingerprint, HistobookError, numberOption } from "../foundation/index.js";
import {
  readManifest,
  solverName,
  trainingLogName,
  updateManifest,
  type Manifest,
  type Study,
} from "../study/index.js";
import { applyOverrides, overridesOf, type Overrides, type TrainOptions } from "./options.js";
import { writeFoldPrototxts } from "./prototxts.js";
import { newestSnapshot } from "./snapshots.js";
import { solve } from "./solve.js";
import { openTrainingLog, readTrainingLog, type LogEntry } from "./trainingLog.js";
import { solverNetworks, type SolverNetworks } from "./solverNetworks.js";
import { runEntry } from "./trainSolver.js";

/** A trained fold. */
export interface TrainedFold {
  fold: number;
  /** The model's file, relative to the study. */
  model: string;
  iterations: number;
  /** The run's log: losses, tests, snapshots. */
  entries: LogEntry[];
  /** True when the model was there already. */
  reused: boolean;
}

/** What step 4 made. */
export interface TrainResult {
  engine: string;
  /** Prototxts written now, relative to the study; those that were there already are used as they are. */
  written: string[];
  folds: TrainedFold[];
}

/**
 * Step 4: trains the network of one fold or of all, as its prototxts in models/ say (tutorial step 4).
 *
 * The prototxts are written first where they are missing. A model that was made from the same prototxts, databases,
 * seed and options is kept. An interrupt leaves a snapshot, from which `resume` goes on.
 *
 * @throws HistobookError `MissingStep` without databases, `NoEngine`, `BadOption`, `BadInput`, `Interrupted`.
 */
export async function train(study: Study, options: TrainOptions = {}): Promise<TrainResult> {
  const { directory } = study;
  const overrides = overridesOf(options);
  const manifest = readManifest(directory);
  const folds = foldsToTrain(manifest, options.fold, directory);
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "train", options);
  const result: TrainResult = { engine: engine.description, written: [], folds: [] };
  for (const fold of folds) {
    const database = manifest.databases[fold];
    result.written.push(
      ...writeFoldPrototxts(directory, {
        fold,
        size: database.size,
        testPatches: database.test.count,
        overrides,
      }),
    );
    const run = readRun(directory, fold, overrides);
    result.folds.push(await trainFold(study, fold, database, run, engine, options));
  }
  return result;
}

/** A fold's prototxts as they are now, with this run's changes. */
interface FoldRun {
  solver: SolverParameter;
  networks: SolverNetworks;
  overrides: Overrides;
  /** The prototxts' texts, part of the model's key. */
  texts: string[];
}

async function trainFold(
  study: Study,
  fold: number,
  database: Manifest["databases"][string],
  { solver, networks, overrides, texts }: FoldRun,
  engine: Engine,
  options: TrainOptions,
): Promise<TrainedFold> {
  const { directory } = study;
  const workingDirectory = join(directory, "models");
  const seed = numberOption("--seed", options.seed ?? 1, { integer: true });
  const start = [options.weights, options.snapshot].map((file) => file && fingerprint(readInput(file)));
  const key = fingerprint(["model 1", database.key, texts, overrides, seed, start]);
  const logPath = join(directory, trainingLogName(fold));
  const earlier = readManifest(directory).models[fold];
  if (earlier?.key === key && existsSync(join(directory, earlier.file))) {
    const entries = readTrainingLog(logPath);
    entries.forEach((entry) => options.onEntry?.(fold, entry));
    return { fold, model: earlier.file, iterations: earlier.iterations, entries, reused: true };
  }
  const snapshot = options.snapshot
    ? resolve(options.snapshot)
    : options.resume
      ? resumable(logPath, key, workingDirectory, solver, options)
      : undefined;
  const run = await solve({
    engine,
    solver,
    networks,
    subject: solverName(fold),
    workingDirectory,
    seed,
    weights: options.weights && resolve(options.weights),
    snapshot,
    report: options.report,
    signal: options.signal,
    openLog: (from) => openTrainingLog(logPath, runEntry(key, engine, solver, networks.train), from),
    onEntry: (entry) => options.onEntry?.(fold, entry),
  });
  if (run.files === null) {
    throw new HistobookError("BadInput", {
      subject: solverName(fold),
      found: "snapshot_after_train: false, and no snapshot",
      expected: "a model at the end of training",
      fix: "remove that line from the solver",
    });
  }
  const file = relative(directory, resolve(workingDirectory, run.files.model)).replaceAll("\\", "/");
  const { scale, size } = database;
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
        iterations: run.iterations,
        engine: engine.description,
        seed,
        overrides,
      },
    },
  }));
  return { fold, model: file, iterations: run.iterations, entries: run.entries, reused: false };
}

function readRun(directory: string, fold: number, overrides: Overrides): FoldRun {
  const workingDirectory = join(directory, "models");
  const path = join(directory, solverName(fold));
  const solver = readSolverPrototxt(path);
  const networks = solverNetworks(solver, solverName(fold), workingDirectory, directory);
  applyOverrides(solver, networks.train, overrides);
  const files = new Set(
    [path, networks.train.file, networks.test?.file].filter((file) => file !== undefined),
  );
  return { solver, networks, overrides, texts: [...files].map((file) => readFileSync(file, "utf8")) };
}

/** The newest snapshot of the same run; one of another run (other options, another database) is no start. */
function resumable(
  logPath: string,
  key: string,
  workingDirectory: string,
  solver: SolverParameter,
  { report }: TrainOptions,
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

function foldsToTrain(manifest: Manifest, fold: number | undefined, directory: string): number[] {
  const made = Object.keys(manifest.databases)
    .map(Number)
    .sort((a, b) => a - b);
  if (fold !== undefined) numberOption("--fold", fold, { minimum: 1, integer: true });
  if (made.length > 0 && (fold === undefined || made.includes(fold)))
    return fold === undefined ? made : [fold];
  throw new HistobookError("MissingStep", {
    subject: directory,
    found: made.length === 0 ? "no databases" : `databases of folds ${made.join(", ")} only`,
    expected:
      fold === undefined ? "DB_train_1 and the others of step 3" : `DB_train_${fold} and DB_test_${fold}`,
    fix: `run 'histobook databases ${directory}' first`,
  });
}

function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: file,
      found: "no readable file",
      expected: "a .caffemodel or .solverstate",
      fix: "check the path",
      cause: error,
    });
  }
}
