import { join } from "node:path";
import { HistobookError } from "../foundation/index.js";
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
 */
export async function extractAll(
  tasks: ExtractionTask[],
  options: { workers: number; signal?: AbortSignal },
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
  try {
    const runs = tasks.map(async (extraction) => {
      try {
        const answer = await pool.run({ extraction, stop });
        const outcome = "record" in answer ? answer.record : new HistobookError(answer.code, answer.parts);
        onOutcome(extraction, outcome);
      } catch (error) {
        stopAll();
        throw error;
      }
    });
    const failure = (await Promise.allSettled(runs)).find((run) => run.status === "rejected");
    if (failure) throw failure.reason;
  } finally {
    signal?.removeEventListener("abort", stopAll);
    await pool.destroy();
  }
}
