import { setImmediate as nextTurn } from "node:timers/promises";
import { loadEngine } from "../engine/index.js";
import { cellSignal, HistobookError, numberOption, stopIfAborted } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { nextBatches } from "./feed.js";
import { runTaskOf } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { openPhase, startLearner } from "./openPhase.js";
import type { TrainOptions } from "./options.js";

/** How the loss went while the learning rate rose. */
export interface LearningRateSearch {
  fold: number;
  engine: string;
  /** Patches an iteration. */
  batch: number;
  /** The rate of each iteration. */
  rates: number[];
  /** The loss of each iteration's batch, before its update. */
  losses: number[];
  /** The same, smoothed. */
  smoothed: number[];
  /** Where the smoothed loss falls fastest. */
  suggested: number;
}

/** The options of `findLearningRate`. */
export type LearningRateOptions = Omit<TrainOptions, "iterations" | "minutes" | "learningRate"> & {
  /** Iterations of the sweep; default 100. */
  iterations?: number;
  /** The rates that the sweep begins and ends with; default 0.00001 and 1. */
  from?: number;
  to?: number;
};

/** A loss this many times the lowest one ends the sweep; AdaGrad would recover, and what it does then says nothing. */
const divergence = 2;
/** How much of the mean of all losses before stays in the next one. */
const smoothing = 0.9;

/**
 * Looks for a learning rate (Smith, WACV 2017): trains for a few iterations on a copy that is thrown away, while the rate
 * rises from one that teaches nothing to one that ruins everything, each iteration by the same factor. Where the loss
 * falls fastest, much is learned and nothing broken yet. Nothing is kept; missing prototxts are written, as `train` would.
 *
 * @param options as for `train`; `fold` is the first one with databases by default
 * @throws HistobookError as `train`; `BadInput` when the loss falls nowhere.
 */
export async function findLearningRate(
  study: Study,
  options: LearningRateOptions = {},
): Promise<LearningRateSearch> {
  const { signal = cellSignal(), report, from = 1e-5, to = 1 } = options;
  const iterations = numberOption("--iterations", options.iterations ?? 100, { minimum: 10, integer: true });
  numberOption("from", from, { minimum: 1e-12 });
  numberOption("to", to, { minimum: from });
  const { runs } = readFoldRuns(study, { ...options, iterations: undefined });
  const [run] = runs;
  const engine = await loadEngine(options.engine);
  const task = { ...runTaskOf(run, engine), weights: options.weights };
  const { fold, solver, networks } = run;
  const train = await openPhase(task, networks.train, 0);
  const learner = startLearner(task, train, undefined);
  const rates: number[] = [];
  const losses: number[] = [];
  let smoothed: number[] = [];
  try {
    for (let iteration = 0; iteration < iterations; iteration++) {
      stopIfAborted(signal, "the search for a learning rate");
      const rate = from * (to / from) ** (iteration / (iterations - 1));
      const loss = await learner.step(await nextBatches(train.feed, solver), rate, iteration);
      if (!Number.isFinite(loss)) break;
      rates.push(rate);
      losses.push(loss);
      smoothed = smooth(losses);
      const detail = `${task.subject}: rate ${rate.toPrecision(2)}, loss ${loss.toPrecision(3)}`;
      report?.({
        event: "progress",
        step: "learning rate",
        done: iteration + 1,
        total: iterations,
        unit: "iterations",
        detail,
      });
      if (smoothed[iteration] > divergence * Math.min(...smoothed)) break;
      await nextTurn();
    }
  } finally {
    learner.dispose();
    await train.feed.close();
  }
  const suggested = steepestRate(rates, smoothed);
  if (suggested === undefined) throw noFall(task.subject, losses);
  const batch = train.feed.batchSize;
  return { fold, engine: engine.description, batch, rates, losses, smoothed, suggested };
}

/** A running mean, in which the first values count for no more than the others. */
export function smooth(values: readonly number[]): number[] {
  let mean = 0;
  return values.map((value, i) => {
    mean = smoothing * mean + (1 - smoothing) * value;
    return mean / (1 - smoothing ** (i + 1));
  });
}

/**
 * The rate at which the loss falls fastest, before it is lowest; undefined where it does not fall.
 *
 * @param losses smoothed; as many as rates
 * @example
 * steepestRate([0.001, 0.01, 0.1, 1], [0.7, 0.69, 0.4, 5]); // => 0.1
 */
export function steepestRate(rates: readonly number[], losses: readonly number[]): number | undefined {
  const lowest = losses.indexOf(Math.min(...losses));
  let steepest: number | undefined;
  let fall = 0;
  for (let i = 1; i <= lowest; i++) {
    if (losses[i - 1] - losses[i] <= fall) continue;
    fall = losses[i - 1] - losses[i];
    steepest = rates[i];
  }
  return steepest && Number(steepest.toPrecision(2));
}

function noFall(subject: string, losses: readonly number[]): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    found: `a loss that falls at no rate (${losses.length} iterations, the first at ${losses.at(0)?.toPrecision(3) ?? "no number"})`,
    expected: "a network that learns at some rate",
    fix: "run 'histobook train STUDY --overfit-one-batch', which says whether it can learn at all, or sweep over more --iterations",
  });
}
