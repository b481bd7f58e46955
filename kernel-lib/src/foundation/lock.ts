import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { HistobookError } from "./errors.js";
import { isRunning, unfinishedPath } from "./files.js";

interface Holder {
  host: string;
  pid: number;
  since: string;
}

/**
 * Runs `work` while no other process runs its own under the same lock file.
 *
 * The file names its holder (host, process, since when). A holder that is dead on this machine is taken over;
 * one that is alive is waited for.
 *
 * @param patienceMs how long to wait before giving up, in milliseconds
 * @throws HistobookError `Locked` when the holder does not let go in time.
 */
export async function withLock<T>(path: string, work: () => T | Promise<T>, patienceMs = 10_000): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder && holder.host === hostname() && !isRunning(holder.pid)) {
      rmSync(path, { force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new HistobookError("Locked", {
        subject: path,
        found: holder
          ? `process ${holder.pid} on ${holder.host} working since ${holder.since}`
          : "another process",
        expected: "nobody else at work there",
        fix: "wait until it has finished, or stop that process",
      });
    }
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
  writeFileSync(own, JSON.stringify(holder));
  try {
    // A link appears with its whole content or not at all, so nobody reads a lock without a holder.
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}
