import { join } from "node:path";
import { HistobookError, interrupted, threadLost, watchPool } from "../foundation/index.js";
import type { ExtractionTask } from "./extract.js";
import type { ImageRecord } from "./record.js";
import type { WorkerAnswer, WorkerTask } from "./worker.js";

/** What became of one image: its record, or the error that stopped it. */
export type Outcome = ImageRecord | HistobookError;

/**
 * Runs one task an image over worker threads, and gives every outcome back as it comes.
 *
 * On an abort, or when `onOutcome` throws, each worker stops between two patches and all of them have ended
 * before the promise settles: nobody still writes when the caller goes on.
 *
 * @param options.prepare what is done with a task in this thread before it is handed over, one task after the other
 * @throws HistobookError `ProcessLost` when a worker ends in the middle; and what `onOutcome` throws.
 */
export async function extractAll(
  tasks: ExtractionTask[],
  options: {
    workers: number;
    signal?: AbortSignal;
    prepare?: (task: ExtractionTask) => Promise<ExtractionTask>;
  },
  onOutcome: (task: ExtractionTask, outcome: Outcome) => void,
): Promise<void> {
  const { signal } = options;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const stopAll = () => Atomics.store(stop, 0, 1);
  if (signal?.aborted) stopAll();
  signal?.addEventListener("abort", stopAll);
  // Loaded with the first step: a notebook's import of the library does not wait for it.
  const { Piscina } = await import("piscina");
  const pool = new Piscina<WorkerTask, WorkerAnswer>({
    filename: join(__dirname, "worker.js"),
    minThreads: 1,
    maxThreads: Math.min(options.workers, Math.max(1, tasks.length)),
  });
  const watch = watchPool(pool);
  const prepare = oneByOne(async (task: ExtractionTask) => {
    if (Atomics.load(stop, 0) === 1) throw interrupted("patches");
    return options.prepare ? options.prepare(task) : task;
  });
  const outcomeOf = async (task: ExtractionTask): Promise<Outcome> => {
    try {
      const extraction = await prepare(task);
      const answer = await Promise.race([pool.run({ extraction, stop }), watch.lost]);
      return "record" in answer ? answer.record : new HistobookError(answer.code, answer.parts);
    } catch (error) {
      if (error instanceof HistobookError) return error;
      throw threadLost("the patches", error);
    }
  };
  // The first in time: the others are only told to stop.
  let failure: { error: unknown } | undefined;
  const run = async (task: ExtractionTask): Promise<void> => {
    try {
      onOutcome(task, await outcomeOf(task));
    } catch (error) {
      failure ??= { error };
      stopAll();
    }
  };
  try {
    await Promise.all(tasks.map(run));
    if (failure) throw failure.error;
  } finally {
    signal?.removeEventListener("abort", stopAll);
    watch.end();
    await pool.destroy();
  }
}

function oneByOne<Item, Result>(work: (item: Item) => Promise<Result>): (item: Item) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (item) => {
    const next = last.then(() => work(item));
    last = next.catch(() => undefined);
    return next;
  };
}
