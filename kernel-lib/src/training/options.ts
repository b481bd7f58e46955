import { filterNet, type SolverParameter } from "../caffe/index.js";
import type { ClusterOptions, Place } from "../cluster/index.js";
import type { EngineChoice } from "../engine/index.js";
import { numberOption, type RunOptions } from "../foundation/index.js";
import { batchParameter } from "./source.js";
import type { SolverNetwork } from "./solverNetworks.js";
import type { ReplayOptions } from "../recording/index.js";
import type { LogSinkOptions } from "./logSinks.js";
import type { NetworkName } from "./networks.js";
import type { RecipeOptions } from "./recipe.js";
import type { LogEntry } from "./logLine.js";

/** The options of step 4, as the command line names them. What is given wins over the prototxts for this run. */
export interface TrainOptions extends RunOptions, LogSinkOptions, RecipeOptions, ReplayOptions {
  /** Default all folds that have databases. */
  fold?: number;
  /** Default the solver's max_iter; a solver that is written now gets 600,000. */
  iterations?: number;
  /** In place of iterations: as many as fit into so many minutes on this machine, all folds together. */
  minutes?: number;
  /** The network to write where the prototxts are missing; default `tutorial`. Prototxts that are there must be of it. */
  network?: NetworkName;
  /** The same, but where prototxts of another network are there, those are trained: what a preset says. */
  newNetwork?: NetworkName;
  /** Patches an iteration; default the network's batch_size; a network that is written now gets 128. */
  batch?: number;
  /** Iterations between snapshots; default the solver's; a solver that is written now gets 10,000. */
  snapshotEvery?: number;
  /**
   * How many of the newest snapshots stay, besides the best one: by validation patients where the run is tested on them,
   * else by the tests; default all.
   */
  keep?: number;
  /** Default the solver's base_lr; a solver that is written now gets 0.001. */
  learningRate?: number;
  /** A .caffemodel to start from. */
  weights?: string;
  /** A .solverstate to go on from. */
  snapshot?: string;
  /** Go on from the newest snapshot where there is one. */
  resume?: boolean;
  /** Default `auto`: the fastest engine that works here. */
  engine?: EngineChoice;
  /** Default 1. */
  seed?: number;
  /** Batches that are read ahead and held in memory while the network computes; default 2. */
  readAhead?: number;
  /**
   * How many folds are trained side by side, each in a process of its own; 0 trains one after the other in this
   * process; `auto` takes as many as processor cores and free memory allow. Default `auto` in the notebook kernel, else 0.
   */
  processes?: number | "auto";
  /**
   * Where the folds are trained: on this machine (`local`), or all at once as an array of jobs that a cluster's scheduler
   * (`slurm`, `pbs`) takes. Default `local`; also where the scheduler is not there, with a warning.
   */
  on?: Place;
  /** What a job asks its cluster for. */
  cluster?: ClusterOptions;
  /** Called with each line of a run's log: losses, tests, snapshots; those of an earlier run first, if it is gone on with or kept. */
  onEntry?: (fold: number, entry: LogEntry) => void;
}

/** The options that change what a prototxt says; recorded with the model. */
export type Overrides = Partial<
  Pick<TrainOptions, "iterations" | "batch" | "snapshotEvery" | "learningRate">
>;

/**
 * Checks the options that change a prototxt, and leaves out those that were not given.
 *
 * @throws HistobookError `BadOption`.
 */
export function overridesOf(options: Overrides): Overrides {
  const { iterations, batch, snapshotEvery, learningRate } = options;
  const count = { minimum: 1, integer: true };
  return {
    ...(iterations !== undefined && { iterations: numberOption("--iterations", iterations, count) }),
    ...(batch !== undefined && { batch: numberOption("--batch", batch, count) }),
    ...(snapshotEvery !== undefined && {
      snapshotEvery: numberOption("--snapshot-every", snapshotEvery, count),
    }),
    ...(learningRate !== undefined && {
      learningRate: numberOption("--learning-rate", learningRate, { minimum: 1e-12 }),
    }),
  };
}

/**
 * How many batches are read ahead.
 *
 * @throws HistobookError `BadOption`.
 */
export function readAheadOf({ readAhead = 2 }: Pick<TrainOptions, "readAhead">): number {
  return numberOption("--read-ahead", readAhead, { minimum: 1, integer: true });
}

/** Changes a solver and the network that it trains, as read, to what was asked for in this run; the files stay as they are. */
export function applyOverrides(
  solver: SolverParameter,
  { net, use }: SolverNetwork,
  overrides: Overrides,
): void {
  const { iterations, batch, snapshotEvery, learningRate } = overrides;
  if (iterations !== undefined) solver.maxIter = iterations;
  if (snapshotEvery !== undefined) solver.snapshot = snapshotEvery;
  if (learningRate !== undefined) solver.baseLr = learningRate;
  if (batch === undefined) return;
  for (const layer of filterNet(net, use).layer) {
    const parameter = batchParameter(layer);
    if (parameter) parameter.batchSize = batch;
  }
}
