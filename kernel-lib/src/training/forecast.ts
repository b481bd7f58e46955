import { setImmediate as nextTurn } from "node:timers/promises";
import type { SolverParameter } from "../caffe/index.js";
import { loadEngine, type Engine, type Learner } from "../engine/index.js";
import { cellSignal, HistobookError, numberOption, stopIfAborted } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { batchesPerIteration, nextBatches } from "./feed.js";
import { finishedFold, runTaskOf, type FoldRun } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { learningRate } from "./learningRate.js";
import { dataLayerOf, openPhase, startLearner, type OpenPhase, type RunTask } from "./openPhase.js";
import type { TrainOptions } from "./options.js";
import { testIterations } from "./solverRun.js";

/** How long a training will take on this machine, from a few iterations of it. */
export interface TrainingForecast {
  engine: string;
  /** The folds that have no model of these prototxts, databases and options yet. */
  folds: number[];
  /** Iterations a fold. */
  iterations: number;
  /** Patches an iteration. */
  batch: number;
  patchesPerSecond: number;
  secondsPerIteration: number;
  /** One of the solver's tests; 0 when it has none. */
  secondsPerTest: number;
  /** Iterations between two tests. */
  testEvery: number;
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
  const measured = await measureRun(run, engine, options, measure);
  const seconds = secondsOf(measured, solver.maxIter) * waiting.length;
  return {
    engine: engine.description,
    folds: waiting.map(({ fold }) => fold),
    iterations: solver.maxIter,
    ...measured,
    seconds,
  };
}

/** What the clock said. */
type Measured = Pick<
  TrainingForecast,
  "batch" | "patchesPerSecond" | "secondsPerIteration" | "secondsPerTest" | "testEvery"
>;

/**
 * How many iterations a fold can have when all folds together may take so long.
 *
 * @throws HistobookError `BadOption` when not even one iteration a fold fits.
 * @example
 * const forecast = { folds: [1, 2], secondsPerIteration: 0.05, secondsPerTest: 2, testEvery: 100 };
 * iterationsWithin(600, forecast); // => 4250
 */
export function iterationsWithin(
  seconds: number,
  forecast: Pick<TrainingForecast, "folds" | "secondsPerIteration" | "secondsPerTest" | "testEvery">,
): number {
  const { folds, secondsPerIteration, secondsPerTest, testEvery } = forecast;
  const each = secondsPerIteration + (testEvery > 0 ? secondsPerTest / testEvery : 0);
  // A run begins and ends with a test.
  const exact = Math.floor((seconds / Math.max(1, folds.length) - secondsPerTest) / each);
  if (exact >= 1) return exact < 100 ? exact : Math.floor(exact / 10) * 10;
  throw new HistobookError("BadOption", {
    subject: "--minutes",
    found: `${numberWords(seconds / 60)} for ${folds.length} folds`,
    expected: `at least ${numberWords(((each + secondsPerTest) * folds.length) / 60)}, one iteration and one test a fold`,
    fix: "give more time, fewer folds or a smaller batch",
  });
}

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

function secondsOf(measured: Omit<Measured, "batch">, iterations: number): number {
  const { secondsPerIteration, secondsPerTest, testEvery } = measured;
  const tests = testEvery > 0 ? 1 + Math.floor(iterations / testEvery) : 0;
  return iterations * secondsPerIteration + tests * secondsPerTest;
}

async function measureRun(
  run: FoldRun,
  engine: Engine,
  { signal = cellSignal() }: TrainOptions,
  measure: number,
): Promise<Measured> {
  const { solver, networks } = run;
  const task = runTaskOf(run, engine);
  const train = await openPhase(task, networks.train, 0);
  let learner: Learner | undefined;
  try {
    learner = startLearner(task, train, undefined);
    const secondsPerIteration = await timeOf(step(learner, solver, train), measure, signal);
    const secondsPerTest = await timeOfTest(task, learner, measure / 3, signal);
    const batch = train.feed.batchSize * batchesPerIteration(solver);
    return {
      batch,
      patchesPerSecond: batch / secondsPerIteration,
      secondsPerIteration,
      secondsPerTest,
      testEvery: solver.testInterval,
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

async function timeOfTest(
  task: RunTask,
  learner: Learner,
  measure: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { solver, networks } = task;
  if (solver.testInterval <= 0 || !networks.test || !dataLayerOf(networks.test)) return 0;
  const { plan, feed } = await openPhase(task, networks.test, 0);
  try {
    const batch = async (): Promise<void> =>
      void (await learner.test(plan, feed.transformation, await feed.next()));
    return testIterations(solver) * (await timeOf(batch, measure, signal));
  } finally {
    await feed.close();
  }
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

function numberWords(minutes: number): string {
  return `${Number(minutes.toPrecision(2))} min`;
}
