import { setImmediate as nextTurn } from "node:timers/promises";
import { loadEngine } from "../engine/index.js";
import { cellSignal, numberOption, stopIfAborted } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { runTaskOf } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { learningRate } from "./learningRate.js";
import { openPhase, startLearner } from "./openPhase.js";
import type { TrainOptions } from "./options.js";

/** What became of one batch. */
export interface OverfitResult {
  fold: number;
  engine: string;
  /** Patches in the batch. */
  batch: number;
  /** The batch's loss before each iteration. */
  losses: number[];
  /** The loss at the end is less than a tenth of the first one: the network can learn these patches. */
  learned: boolean;
}

/** The options of `overfitOneBatch`. */
export type OverfitOptions = Pick<
  TrainOptions,
  "fold" | "batch" | "learningRate" | "engine" | "seed" | "weights" | "report" | "signal"
> & {
  /** Default 300. */
  iterations?: number;
};

/**
 * The drill before a long training: trains on one and the same batch until the network should know it by heart. A
 * network that can't do even that has a fault which more data and more time don't mend: labels, mean image, learning
 * rate or prototxt. Nothing is kept.
 *
 * @param options `fold` is the first one with databases by default
 * @throws HistobookError as `train`.
 */
export async function overfitOneBatch(study: Study, options: OverfitOptions = {}): Promise<OverfitResult> {
  const iterations = numberOption("--iterations", options.iterations ?? 300, { minimum: 1, integer: true });
  const { signal = cellSignal(), report } = options;
  const { runs } = readFoldRuns(study, { ...options, iterations: undefined });
  const [run] = runs;
  const { fold, solver, networks } = run;
  const engine = await loadEngine(options.engine);
  const task = { ...runTaskOf(run, engine), weights: options.weights };
  const train = await openPhase(task, networks.train, 0);
  const learner = startLearner(task, train, undefined);
  const losses: number[] = [];
  try {
    const batch = await train.feed.next();
    for (let iteration = 0; iteration < iterations; iteration++) {
      stopIfAborted(signal, "the drill");
      losses.push(await learner.step([batch], learningRate(solver, iteration), iteration));
      const detail = `${task.subject}: loss ${losses[iteration].toPrecision(3)}`;
      report?.({
        event: "progress",
        step: "overfit",
        done: iteration + 1,
        total: iterations,
        unit: "iterations",
        detail,
      });
      await nextTurn();
    }
  } finally {
    learner.dispose();
    await train.feed.close();
  }
  const learned = losses[losses.length - 1] < losses[0] / 10;
  return { fold, engine: engine.description, batch: train.feed.batchSize, losses, learned };
}
