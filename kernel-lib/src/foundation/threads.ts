import type { Piscina } from "piscina";
import { HistobookError, messageOf } from "./errors.js";

/**
 * Turns the end of a worker thread in the middle of its work into one clear sentence; what the work itself threw is given back as
 * it is.
 *
 * @param work what the thread was at, e.g. `the patches`
 */
export function threadLost(work: string, error: unknown): unknown {
  const message = messageOf(error);
  const isOutOfMemory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
  const hasEnded = /^(all )?workers? exited|^Terminating worker thread|thread .* has ended/.test(message);
  if (error instanceof HistobookError || !(isOutOfMemory || hasEnded)) return error;
  return new HistobookError("ProcessLost", {
    subject: work,
    found: isOutOfMemory ? "a worker thread that ran out of memory" : `a lost worker thread (${message})`,
    expected: "it to finish its part",
    fix: "see that enough memory is free, and run the same again; what is made is kept",
    cause: error,
  });
}

/** Tells when a pool has lost all of its threads. */
export interface PoolWatch {
  /** Fails then; work on the pool is raced against it. */
  lost: Promise<never>;
  end: () => void;
}

/** Watches a pool: where its threads end before they take a task, the pool itself would wait for ever. */
export function watchPool(pool: Piscina): PoolWatch {
  let lose: (error: unknown) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  // Nobody may be waiting at that moment.
  lost.catch(() => undefined);
  // The pool counts it among its threads until it has told that it is gone, and may start another one.
  const look = (): void =>
    void setImmediate(() => {
      if (pool.threads.length === 0) lose(new Error("all workers exited before their work was done"));
    });
  pool.on("workerDestroy", look);
  pool.on("error", lose);
  return {
    lost,
    end() {
      pool.off("workerDestroy", look);
      pool.off("error", lose);
    },
  };
}
