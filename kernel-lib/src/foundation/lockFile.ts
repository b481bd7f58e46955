import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fdatasync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { cannotWrite } from "./cannotWrite.js";
import { isRunning, startOfProcess } from "./processes.js";
import { unfinishedPath } from "./unfinished.js";

/** Who has a lock. */
export interface Holder {
  host: string;
  pid: number;
  /** ISO 8601. */
  since: string;
  /** Tells the process from another one that later has its number. */
  started?: string;
}

/** A lock that somebody has, as it was seen. */
export interface SeenLock {
  path: string;
  /** The file's text, by which one lock is told from the next of the same name. */
  text: string;
  /** Undefined where the text names none. */
  holder: Holder | undefined;
  /** When its holder has last touched it, in milliseconds, by the clock of the folder's own machine. */
  touched: number;
  /** Milliseconds from then to now, by the same clock. */
  ageMs: number;
}

/**
 * Makes a lock file, unless there is one.
 *
 * @returns the lock that was made, or what stands in its way; undefined where that went away meanwhile
 * @throws HistobookError `BadInput` when the folder can't be written.
 */
export function tryLock(path: string): LockFile | SeenLock | undefined {
  const holder: Holder = {
    host: hostname(),
    pid: process.pid,
    since: new Date().toISOString(),
    started: startOfProcess(process.pid),
  };
  const text = JSON.stringify(holder);
  const own = unfinishedPath(path);
  try {
    writeFileSync(own, text);
    // What it was last changed at is the time by the clock that also marks the other's touches.
    const now = lastChange(own);
    return linked(own, path) ? new LockFile(path, text) : look(path, now);
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    if (existsSync(own)) rmSync(own);
  }
}

/** A link appears with its whole content or not at all, so nobody reads a lock without a holder. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    // On a network file system the link may be made and the answer lost; asked again, the server says that it is there.
    if (linkCount(own) === 2) return true;
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    return madeAlone(own, path);
  }
}

/**
 * Memory sticks (exFAT) and some shared folders have no links, and each system has its own error for that. There the file
 * is made, then filled: who reads it in between sees a young lock without a holder, and waits.
 */
function madeAlone(own: string, path: string): boolean {
  try {
    copyFileSync(own, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** What is seen of a lock; undefined where there is none. */
function look(path: string, now: number): SeenLock | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const touched = lastChange(path);
    return { path, text, holder: parse(text), touched, ageMs: now - touched };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A network file system asks its server anew when a file is opened, and may answer from memory when it is not. */
function lastChange(path: string): number {
  return statOpened(path).mtimeMs;
}

function linkCount(path: string): number {
  return statOpened(path).nlink;
}

function statOpened(path: string): { mtimeMs: number; nlink: number } {
  const descriptor = openSync(path, "r");
  try {
    return fstatSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** A lock that this process has made. */
export class LockFile {
  private readonly descriptor: number;

  constructor(
    private readonly path: string,
    private readonly text: string,
  ) {
    this.descriptor = openSync(path, "r+");
  }

  /**
   * Touches it, by writing what is there already: so the folder's own machine notes the time, and not this one's clock.
   * A lock that was taken over is another file, which this does not touch.
   */
  touch(): void {
    writeSync(this.descriptor, this.text, 0);
    // A network file system sends it to its server; nobody waits for that.
    fdatasync(this.descriptor, () => undefined);
  }

  /** Whether it is still this process's; undefined where the folder does not answer. */
  isOwn(): boolean | undefined {
    try {
      return readFileSync(this.path, "utf8") === this.text;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT" ? false : undefined;
    }
  }

  /** Lets go. */
  release(): void {
    closeSync(this.descriptor);
    if (this.isOwn()) rmSync(this.path, { force: true });
  }
}

/**
 * Removes a lock that has been given up. Two that wait must not both do so, or the second would remove the first one's new
 * lock: only who holds the lock's own lock may remove it.
 *
 * @param isGivenUp judges the lock of the removal, whose holder may have been lost, too
 * @returns whether it was removed by this process
 */
export function removeLock({ path, text }: SeenLock, isGivenUp: (lock: SeenLock) => boolean): boolean {
  const removal = `${path}.removal`;
  const own = tryLock(removal);
  if (!(own instanceof LockFile)) {
    if (own && isGivenUp(own)) rmSync(removal, { force: true });
    return false;
  }
  try {
    const same = look(path, 0)?.text === text;
    if (same) rmSync(path, { force: true });
    return same;
  } finally {
    own.release();
  }
}

/** Whether the holder is a process of this machine that is no more. */
export function isDeadHere({ holder }: SeenLock): boolean {
  if (holder === undefined || holder.host !== hostname()) return false;
  const { pid, started } = holder;
  return !isRunning(pid) || (started !== undefined && (startOfProcess(pid) ?? started) !== started);
}

/** Removes a lock if its holder is a process of this machine that is no more. */
export function removeDeadLock(path: string): void {
  const lock = look(path, 0);
  if (lock === undefined || !isDeadHere(lock)) return;
  // A process that died while it removed the lock has left the removal's own lock, which goes first.
  if (!removeLock(lock, isDeadHere)) removeLock(lock, isDeadHere);
}
