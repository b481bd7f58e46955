import type { ImageBatch, Learner } from "../engine/index.js";
import { HistobookError } from "../foundation/index.js";
import { meanOutputs } from "./meanOutputs.js";
import { dataLayerOf, openPhase, type OpenPhase, type RunTask } from "./openPhase.js";
import type { ValidationTask } from "./solveTask.js";
import type { LogEntry, ValidationEntry } from "./logLine.js";
import { lossOf } from "./trainingLog.js";

/** So many patches at most are looked at: more make a test longer and hardly surer. */
const mostPatches = 2048;

/**
 * How many batches a test on validation patients has: whole ones of at most 2,048 patches together, at least one.
 *
 * @example
 * [validationBatchCount(300, 128), validationBatchCount(100_000, 128), validationBatchCount(5, 128)]; // => [2, 16, 1]
 */
export function validationBatchCount(patches: number, batchSize: number): number {
  return Math.max(1, Math.floor(Math.min(patches, mostPatches) / batchSize));
}

/** The validation patients' patches in memory, the same in each test, and the network in its TEST phase. */
export interface Validation extends Pick<OpenPhase, "plan" | "feed"> {
  task: ValidationTask;
  batches: ImageBatch[];
}

/**
 * Reads the patches on which a run is validated.
 *
 * @throws HistobookError `Unsupported` for a network that can't be tested on a database.
 */
export async function openValidation(task: RunTask, validation: ValidationTask): Promise<Validation> {
  const { test } = task.networks;
  const layer = test && dataLayerOf(test);
  if (!test || layer?.type !== "Data") {
    throw new HistobookError("Unsupported", {
      subject: task.subject,
      found: "a network without a database in its TEST phase",
      expected: 'a layer of type "Data" there, in whose place the validation patients are read',
      fix: "add that layer and a loss in the TEST phase, or leave out --validate-every and --early-stopping",
    });
  }
  const { plan, feed } = await openPhase(task, test, 0, validation.database);
  try {
    const wanted = validationBatchCount(validation.patches, feed.batchSize);
    const batches: ImageBatch[] = [];
    while (batches.length < wanted) batches.push(await feed.next());
    return { task: validation, plan, feed, batches };
  } finally {
    await feed.close();
  }
}

/**
 * The mean of each of the network's outputs over the validation patches; undefined when it was interrupted.
 */
export function validate(
  validation: Validation,
  learner: Learner,
  signal: AbortSignal | undefined,
): Promise<Record<string, number> | undefined> {
  const { batches } = validation;
  return meanOutputs(learner, validation, batches.length, (i) => batches[i], signal);
}

/**
 * The best of a run's tests on validation patients, the one with the lowest loss, and how many came after it; undefined
 * before the first.
 *
 * @example
 * const log = [0.5, 0.3, 0.4].map((loss, i) => ({ kind: "validation" as const, iteration: 10 * i, outputs: { loss } }));
 * const best = bestValidation(log);
 * [best!.entry.iteration, best!.since]; // => [10, 1]
 */
export function bestValidation(
  entries: readonly LogEntry[],
): { entry: ValidationEntry; since: number } | undefined {
  let best: { entry: ValidationEntry; since: number } | undefined;
  for (const entry of entries) {
    if (entry.kind !== "validation") continue;
    if (!best || lossOf(entry) < lossOf(best.entry)) best = { entry, since: 0 };
    else best.since++;
  }
  return best;
}
