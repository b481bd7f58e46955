import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { HistobookError } from "./errors.js";
import { cannotWrite, isRunning, unfinishedPath } from "./files.js";

interface Holder {
  host: string;
  pid: number;
  since: string;
}

/**
 * Runs `work` while nobody else runs theirs under the same lock file.
 *
 * The file names its holder (machine, process, since when). A holder that is dead on this machine is taken
 * over; one that is alive is waited for.
 *
 * @param patienceMs how long to wait before giving up, in milliseconds
 * @throws HistobookError `Locked` when the holder does not let go in time; `BadInput` when the folder can't
 * be written.
 * @example
 * await withLock("study.lock", () => "done alone"); // => "done alone"
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>, patienceMs = 10_000): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (!tryLock(path)) {
    if (removeDead(path)) continue;
    if (Date.now() > deadline) throw locked(path);
    await sleep(25);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  const holder: Holder = { host: hostname(), pid: process.pid, since: new Date().toISOString() };
  const own = unfinishedPath(path);
  try {
    writeFileSync(own, JSON.stringify(holder));
    // A link appears with its whole content or not at all, so nobody reads a lock without a holder.
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cannotWrite(path, error);
  } finally {
    if (existsSync(own)) rmSync(own);
  }
}

/**
 * Removes a lock whose holder is dead. Two that wait for the same dead holder must not both do so, or the
 * second would remove the first one's new lock: only who holds the lock's own lock may remove it.
 */
function removeDead(path: string): boolean {
  if (!isDead(readHolder(path))) return false;
  const removal = `${path}.removal`;
  if (!tryLock(removal)) {
    if (isDead(readHolder(removal))) rmSync(removal, { force: true });
    return false;
  }
  try {
    const dead = isDead(readHolder(path));
    if (dead) rmSync(path, { force: true });
    return dead;
  } finally {
    rmSync(removal, { force: true });
  }
}

function isDead(holder: Holder | undefined): boolean {
  return holder !== undefined && holder.host === hostname() && !isRunning(holder.pid);
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function locked(path: string): HistobookError {
  const holder = readHolder(path);
  return new HistobookError("Locked", {
    subject: path,
    found: holder
      ? `process ${holder.pid} on ${holder.host} working since ${holder.since}`
      : "another process",
    expected: "nobody else at work there",
    fix: "wait until it has finished, or stop that process",
  });
}
