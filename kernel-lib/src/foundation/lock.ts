import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HistobookError, stopIfAborted } from "./errors.js";
import { removeLeftoversOnce } from "./leftovers.js";
import { isDeadHere, LockFile, removeLock, tryLock, type SeenLock } from "./lockFile.js";

/** How a lock is waited for. */
export interface LockOptions {
  /** What is locked, for people; the file's path by default. */
  subject?: string;
  /** How long to wait for a holder that is alive, in milliseconds; ten seconds by default. */
  patienceMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** Told once, when the holder has not been heard of for a while. */
  onSilence?: (sentence: string) => void;
  /** Every so many milliseconds a holder touches its lock; five seconds by default, and the same for all who share the file. */
  beatMs?: number;
}

/** A lock that is held. */
export interface HeldLock {
  /** Aborted when another process has taken it over, because this one was not heard of for so long; its reason says so. */
  signal: AbortSignal;
  /**
   * Looks whether it still is this process's; for the last moment before something is replaced.
   *
   * @throws HistobookError `Locked`.
   */
  check: () => void;
}

/** After so many beats without a touch the holder is silent; it is waited for longer, since it may be gone. */
const silentBeats = 3;
/** After so many it has given the lock up: a node that is gone, or a process number that now is another program's. */
const givenUpBeats = 24;

/**
 * Runs `work` while nobody else runs theirs under the same lock file, on this machine or another that shares the folder.
 *
 * The file names its holder (machine, process, since when), who touches it every few seconds. A holder that is dead on this
 * machine is taken over at once; one that is not heard of for two minutes, too, wherever it was; one that is alive is waited for.
 * Times are compared by the folder's own clock.
 *
 * @throws HistobookError `Locked` when the holder does not let go in time; `BadInput` when the folder can't
 * be written or is removed meanwhile; `Interrupted`.
 * @example
 * await withLock("study.lock", () => "done alone"); // => "done alone"
 */
export async function withLock<T>(
  path: string,
  work: (held: HeldLock) => T | Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { subject = path, beatMs = 5_000 } = options;
  removeLeftoversOnce(dirname(path));
  const lock = await waitForLock(path, { ...options, subject, beatMs });
  const lost = new AbortController();
  const check = (): void => {
    if (lock.isOwn() === false) lost.abort(lostLock(subject, path));
    lost.signal.throwIfAborted();
  };
  const beats = setInterval(() => {
    if (lock.isOwn() === false) lost.abort(lostLock(subject, path));
    // A folder that does not answer now may do so at the next beat.
    else quietly(() => lock.touch());
  }, beatMs).unref();
  try {
    return await work({ signal: lost.signal, check });
  } finally {
    clearInterval(beats);
    lock.release();
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // At the next beat, perhaps.
  }
}

async function waitForLock(
  path: string,
  {
    subject,
    patienceMs = 10_000,
    signal,
    onSilence,
    beatMs,
  }: LockOptions & { subject: string; beatMs: number },
): Promise<LockFile> {
  const deadline = performance.now() + patienceMs;
  const [silent, givenUp] = [silentBeats * beatMs, givenUpBeats * beatMs];
  // A machine that has slept touches its locks again when it wakes, so a lock must be seen untouched for a while.
  const watched = new Watch();
  const isGivenUp = (lock: SeenLock): boolean =>
    isDeadHere(lock) || (lock.ageMs >= givenUp && watched.untouchedMs(lock) >= silent);
  let told = false;
  for (let pause = 10; ; pause = Math.min(1.5 * pause, beatMs / 5)) {
    const lock = tryLock(path);
    if (lock instanceof LockFile) return lock;
    stopIfAborted(signal, subject);
    if (lock === undefined) continue;
    if (isGivenUp(lock)) {
      if (removeLock(lock, isGivenUp)) continue;
    } else if (lock.ageMs < silent) {
      if (performance.now() > deadline) throw locked(subject, lock);
    } else if (!told) {
      told = true;
      onSilence?.(silence(subject, lock, givenUp));
    }
    await sleep(pause);
  }
}

/** For how long this process has seen a lock untouched. */
class Watch {
  private readonly seen = new Map<string, { text: string; touched: number; since: number }>();

  untouchedMs({ path, text, touched }: SeenLock): number {
    const now = performance.now();
    const before = this.seen.get(path);
    if (before?.text === text && before.touched === touched) return now - before.since;
    this.seen.set(path, { text, touched, since: now });
    return 0;
  }
}

function holderInWords({ holder }: SeenLock): string {
  return holder === undefined
    ? "another process at work"
    : `process ${holder.pid} on ${holder.host} working since ${holder.since}`;
}

function locked(subject: string, lock: SeenLock): HistobookError {
  return new HistobookError("Locked", {
    subject,
    found: holderInWords(lock),
    expected: "nobody else at work there",
    fix: "wait until it has finished, or stop that process",
  });
}

function silence(subject: string, lock: SeenLock, givenUpMs: number): string {
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
  return (
    `${subject}: ${holderInWords(lock)} has not been heard of for ${seconds(lock.ageMs)}; ` +
    `after ${seconds(givenUpMs)} its place is taken.`
  );
}

function lostLock(subject: string, path: string): HistobookError {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    return new HistobookError("BadInput", {
      subject: folder,
      found: `no such folder any more, while ${subject} was at work there`,
      expected: "the folder to stay",
      fix: "restore it, or begin again in another one",
    });
  }
  if (!existsSync(path)) {
    return new HistobookError("BadInput", {
      subject: path,
      found: `no such file any more, which said that ${subject} was at work there`,
      expected: "the folder to stay as it is",
      fix: "see whether the folder was replaced or another process is at work there, and begin again",
    });
  }
  return new HistobookError("Locked", {
    subject,
    found: "that another process has taken this one's place, because it was not heard of for so long",
    expected: "nobody else at work there",
    fix: "let the other one finish",
  });
}
