import { HistobookError } from "../foundation/index.js";

/** What one fold's training is made of, in seconds. */
export interface TrainingPace {
  secondsPerIteration: number;
  /** One of the solver's tests; 0 when it has none. */
  secondsPerTest: number;
  /** Iterations between two tests; 0 for none. */
  testEvery: number;
  /**
   * The tests on the fold's validation patients; absent where the recipe has none. `every` is the iterations between two of them,
   * null where it follows from the iterations: a twentieth, at most `testEvery`.
   */
  validation?: { seconds: number; every: number | null };
}

/**
 * Iterations between two tests on validation patients where nobody chose them: a twentieth of all, at most the solver's
 * test_interval (0 for none).
 *
 * @example
 * [usualValidationInterval(5000, 1000), usualValidationInterval(5000, 100), usualValidationInterval(3, 0)]; // => [250, 100, 1]
 */
export function usualValidationInterval(iterations: number, testEvery: number): number {
  const usual = Math.max(1, Math.floor(iterations / 20));
  return testEvery > 0 ? Math.min(usual, testEvery) : usual;
}

/**
 * How many seconds one fold's training takes: its iterations, its tests (one before the first iteration) and its tests on
 * validation patients (one after the last). A training that `earlyStopping` ends takes less.
 *
 * @example
 * trainingSeconds({ secondsPerIteration: 0.05, secondsPerTest: 2, testEvery: 100 }, 1000); // => 72
 */
export function trainingSeconds(pace: TrainingPace, iterations: number): number {
  const { secondsPerIteration, secondsPerTest, testEvery, validation } = pace;
  const tests = testEvery > 0 ? 1 + Math.floor(iterations / testEvery) : 0;
  let seconds = iterations * secondsPerIteration + tests * secondsPerTest;
  if (validation) {
    const every = validation.every ?? usualValidationInterval(iterations, testEvery);
    seconds += Math.ceil(iterations / every) * validation.seconds;
  }
  return seconds;
}

/**
 * The most iterations whose tests and all fit into a fold's seconds; 0 when not even one does. From 100 on rounded down to tens.
 *
 * A larger budget never gives fewer, although a training of more iterations may have fewer tests and take less.
 *
 * @param seconds for one fold
 * @param paceOf what the training is made of; with more iterations its tests may be further apart, never closer
 * @param atMost not more iterations than this, however few seconds they take
 */
export function mostIterations(
  seconds: number,
  paceOf: (iterations: number) => TrainingPace,
  atMost = Infinity,
): number {
  // No training has fewer tests than this; what it has more of them is little, and is found by going down.
  const { secondsPerIteration, secondsPerTest, testEvery, validation } = paceOf(Infinity);
  const every = validation?.every ?? testEvery;
  const least =
    secondsPerIteration +
    (testEvery > 0 ? secondsPerTest / testEvery : 0) +
    (validation && every > 0 ? validation.seconds / every : 0);
  for (
    let most = roundedDown(Math.floor(Math.min(seconds / least, atMost)));
    most >= 1;
    most = roundedDown(most - 1)
  )
    if (trainingSeconds(paceOf(most), most) <= seconds) return most;
  return 0;
}

function roundedDown(iterations: number): number {
  return iterations < 100 ? iterations : Math.floor(iterations / 10) * 10;
}

/**
 * How many iterations a fold can have when all folds together may take so long.
 *
 * @throws HistobookError `BadOption` when not even one iteration a fold fits.
 * @example
 * const forecast = { folds: [1, 2], secondsPerIteration: 0.05, secondsPerTest: 2, testEvery: 100 };
 * iterationsWithin(600, forecast); // => 4280
 */
export function iterationsWithin(
  seconds: number,
  forecast: TrainingPace & { folds: readonly number[] },
): number {
  const count = Math.max(1, forecast.folds.length);
  const iterations = mostIterations(seconds / count, () => forecast);
  if (iterations >= 1) return iterations;
  throw new HistobookError("BadOption", {
    subject: "--minutes",
    found: `${minutesWords(seconds)} for ${forecast.folds.length} folds`,
    expected: `at least ${minutesWords(trainingSeconds(forecast, 1) * count)}, one iteration and one test a fold`,
    fix: "give more time, fewer folds or a smaller batch",
  });
}

/** Seconds as minutes of two digits, for a sentence about an option. */
export function minutesWords(seconds: number): string {
  return `${Number((seconds / 60).toPrecision(2))} min`;
}
