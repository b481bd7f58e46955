import { isHistobookError, withLock } from "../foundation/index.js";

/**
 * Works on items one after the other, and leaves those that another process is at for the end: then it waits for them, and looks
 * again whether anything is left to do.
 *
 * Who works on what is told by a lock file that names the holder's machine and process; a dead one's is taken over.
 *
 * @param path what an item's lock file is named after
 * @param work must find out by itself what is done already
 * @param signal ends the waiting
 * @throws HistobookError `Interrupted`.
 */
export async function eachUnclaimed<T>(
  items: readonly T[],
  path: (item: T) => string,
  work: (item: T) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const claimed: T[] = [];
  for (const item of items) {
    const lock = lockPath(path(item));
    try {
      await withLock(lock, () => work(item), { patienceMs: 0 });
    } catch (error) {
      if (!isHistobookError(error, "Locked") || error.subject !== lock) throw error;
      claimed.push(item);
    }
  }
  for (const item of claimed) {
    await withLock(lockPath(path(item)), () => work(item), { patienceMs: Infinity, signal });
  }
}

function lockPath(path: string): string {
  return `${path}.lock`;
}
