import type { RunOptions } from "./events.js";
import { withLock } from "./lock.js";
import { cellSignal } from "./notebook.js";

/**
 * Runs long work while nobody else does the same, as `withLock`: warns when it waits for a holder that is not heard of, and stops
 * the work when another process has taken its place.
 *
 * @param about what the work is, for people, and of which step
 * @param work is given the signal that stops it
 * @throws HistobookError `Locked`, `Interrupted`, `BadInput` when the folder can't be written.
 * @example
 * await withWorkLock("work.lock", { subject: "the work", step: "train" }, async () => "done alone"); // => "done alone"
 */
export function withWorkLock<T>(
  path: string,
  about: RunOptions & { subject: string; step: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { subject, step, report, signal = cellSignal() } = about;
  const onSilence = (message: string): void => report?.({ event: "warning", step, message });
  return withLock(
    path,
    async (held) => {
      try {
        return await work(AbortSignal.any([held.signal, ...(signal ? [signal] : [])]));
      } catch (error) {
        // The work was stopped because its place was taken.
        throw held.signal.aborted ? held.signal.reason : error;
      }
    },
    { subject, signal, onSilence },
  );
}
