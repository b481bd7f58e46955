import { setImmediate as nextTurn } from "node:timers/promises";
import type { SolverParameter } from "../caffe/index.js";
import { loadEngine, type Engine, type Learner } from "../engine/index.js";
import { join } from "node:path";
import { readPatchList } from "../folds/index.js";
import { cellSignal, HistobookError, numberOption, stopIfAborted } from "../foundation/index.js";
import { patchListName, type Study } from "../study/index.js";
import { batchesPerIteration, nextBatches } from "./feed.js";
import { finishedFold, runTaskOf, type FoldRun } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { learningRate } from "./learningRate.js";
import { dataLayerOf, openPhase, startLearner, type OpenPhase, type RunTask } from "./openPhase.js";
import type { TrainOptions } from "./options.js";
import { trainingSeconds, iterationsWithin, type TrainingPace } from "./pace.js";
import { testIterations } from "./solverRun.js";
import { batchParameter } from "./source.js";
import { validationBatchCount } from "./validation.js";

/** How long a training will take on this machine, from a few iterations of it. */
export interface TrainingForecast extends TrainingPace {
  engine: string;
  /** The folds that have no model of these prototxts, databases and options yet. */
  folds: number[];
  /** Iterations a fold. */
  iterations: number;
  /** Patches an iteration. */
  batch: number;
  patchesPerSecond: number;
  /** One batch of a test. */
  secondsPerTestBatch: number;
  /** All `folds` one after the other. */
  seconds: number;
}

/** Iterations before the clock starts: the engine makes itself ready in the first ones. */
const warmUp = 3;

/**
 * Says how long a training will take here: runs its first iterations and a part of its first test, for a few
 * seconds, and keeps nothing of them. Missing prototxts are written, as `train` would.
 *
 * @param options as for `train`; `measure` how long to measure, in seconds (default 3)
 * @throws HistobookError as `train`.
 */
export async function forecastTraining(
  study: Study,
  { measure = 3, ...options }: TrainOptions & { measure?: number } = {},
): Promise<TrainingForecast> {
  const { runs } = readFoldRuns(study, options);
  const waiting = runs.filter((run) => !finishedFold(study, run));
  const engine = await loadEngine(options.engine);
  const [run] = waiting.length > 0 ? waiting : runs;
  const { solver } = run;
  const measured = await measureRun(study, run, engine, options, measure);
  const seconds = trainingSeconds(measured, solver.maxIter) * waiting.length;
  return {
    engine: engine.description,
    folds: waiting.map(({ fold }) => fold),
    iterations: solver.maxIter,
    ...measured,
    seconds,
  };
}

/** What the clock said. */
type Measured = TrainingPace & Pick<TrainingForecast, "batch" | "patchesPerSecond" | "secondsPerTestBatch">;

/**
 * The iterations that the option `minutes` buys.
 *
 * @throws HistobookError `BadOption`, and as `train`.
 */
export async function iterationsForMinutes(
  study: Study,
  options: TrainOptions,
): Promise<{ iterations: number }> {
  const minutes = numberOption("--minutes", options.minutes!, { minimum: 0.01 });
  if (options.iterations !== undefined) {
    throw new HistobookError("BadOption", {
      subject: "--minutes",
      found: `${minutes} beside --iterations ${options.iterations}`,
      expected: "one of them: the time decides the iterations",
      fix: "leave one out",
    });
  }
  return { iterations: iterationsWithin(60 * minutes, await forecastTraining(study, options)) };
}

async function measureRun(
  study: Study,
  run: FoldRun,
  engine: Engine,
  { signal = cellSignal() }: TrainOptions,
  measure: number,
): Promise<Measured> {
  const { solver, networks } = run;
  const task = runTaskOf(run, engine);
  const validation = validationBatches(study, run);
  const train = await openPhase(task, networks.train, 0);
  let learner: Learner | undefined;
  try {
    learner = startLearner(task, train, undefined);
    const secondsPerIteration = await timeOf(step(learner, solver, train), measure, signal);
    const isTested = solver.testInterval > 0;
    const secondsPerTestBatch =
      isTested || validation ? await timeOfTestBatch(task, learner, measure / 3, signal) : 0;
    const batch = train.feed.batchSize * batchesPerIteration(solver);
    return {
      batch,
      patchesPerSecond: batch / secondsPerIteration,
      secondsPerIteration,
      secondsPerTestBatch,
      secondsPerTest: isTested ? testIterations(solver) * secondsPerTestBatch : 0,
      testEvery: solver.testInterval,
      ...(validation && {
        validation: { seconds: validation.batches * secondsPerTestBatch, every: validation.every },
      }),
    };
  } finally {
    learner?.dispose();
    await train.feed.close();
  }
}

function step(learner: Learner, solver: SolverParameter, { feed }: OpenPhase): () => Promise<void> {
  let iteration = 0;
  return async () => {
    await learner.step(await nextBatches(feed, solver), learningRate(solver, iteration), iteration);
    iteration++;
  };
}

async function timeOfTestBatch(
  task: RunTask,
  learner: Learner,
  measure: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { networks } = task;
  if (!networks.test || !dataLayerOf(networks.test)) return 0;
  const { plan, feed } = await openPhase(task, networks.test, 0);
  try {
    const batch = async (): Promise<void> =>
      void (await learner.test(plan, feed.transformation, await feed.next()));
    return await timeOf(batch, measure, signal);
  } finally {
    await feed.close();
  }
}

/** Batches of a test on the fold's validation patients; undefined where the recipe has none. */
function validationBatches(
  { directory }: Study,
  { fold, recipe, networks, database }: FoldRun,
): { batches: number; every: number | null } | undefined {
  const { validateEvery, earlyStopping } = recipe;
  if (validateEvery === undefined && earlyStopping === undefined) return undefined;
  const layer = networks.test && dataLayerOf(networks.test);
  const batchSize = (layer && batchParameter(layer)?.batchSize) ?? 1;
  const patches = readPatchList(join(directory, patchListName("val", database.size, fold))).length;
  return { batches: validationBatchCount(patches, batchSize), every: validateEvery ?? null };
}

/** Seconds that some work takes, the mean over the time of measuring. */
async function timeOf(
  work: () => Promise<void>,
  measure: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let i = 0; i < warmUp; i++) await work();
  const start = performance.now();
  let done = 0;
  let seconds = 0;
  while (seconds < measure || done < 2) {
    stopIfAborted(signal, "the forecast");
    await work();
    await nextTurn();
    done++;
    seconds = (performance.now() - start) / 1000;
  }
  return seconds / done;
}
