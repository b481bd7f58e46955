import type { SolverParameter } from "../caffe/index.js";
import type { Engine } from "../engine/index.js";
import type { RunOptions } from "../foundation/index.js";
import type { Recipe } from "./recipe.js";
import type { SolverNetworks } from "./solverNetworks.js";
import type { LogEntry } from "./logLine.js";
import type { TrainingLog } from "./trainingLog.js";

/** Tests on validation patients: when, on what, and when they end the training. */
export interface ValidationTask {
  /** Iterations between two of them. */
  every: number;
  /** Tests without progress that end the training; undefined never ends it. */
  patience: number | undefined;
  /** The database of the fold's validation patients, relative to the working directory. */
  database: string;
  /** How many patches it has. */
  patches: number;
}

/** One training run, fully said. */
export interface SolveTask extends RunOptions {
  engine: Engine;
  solver: SolverParameter;
  networks: SolverNetworks;
  /** Names the solver's prototxt in errors. */
  subject: string;
  /** What the paths in both prototxts are relative to. */
  workingDirectory: string;
  seed: number;
  /** Batches that are read ahead. */
  readAhead: number;
  /** A .caffemodel to start from. */
  weights?: string;
  /** A .solverstate to go on from. */
  snapshot?: string;
  /** Whether a resumed run reads on where it was (default), or from the database's start as Caffe does. */
  cursor?: "continue" | "restart";
  /** What was chosen beside the tutorial's recipe; undefined changes nothing. */
  recipe?: Recipe;
  /** How much each class counts in the loss; undefined counts all alike. */
  classWeights?: readonly number[];
  /** Tests on validation patients, which say which snapshot is the best. */
  validation?: ValidationTask;
  /** Each class's share of the test patches, where it is known. */
  testShares?: readonly number[];
  /** How many of the newest snapshots stay; undefined keeps all. */
  keep?: number;
  /** Opened by the caller once the first iteration is known. */
  openLog(from: number): TrainingLog;
  /** Called with each line of the log. */
  onEntry?: (entry: LogEntry) => void;
}
