import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isMainThread } from "node:worker_threads";
import { removeDeadLock } from "./lockFile.js";
import { isRunning } from "./processes.js";
import { makerOf, unfinishedPath, unfinishedPrefix } from "./unfinished.js";

/**
 * After so many milliseconds what another machine has left unfinished is nobody's any more. A container has another name each time
 * it is started, so that nobody else would ever clear up behind it.
 */
const foreignPatienceMs = 24 * 3600 * 1000;

/**
 * Removes from a folder what killed processes have left there: files and folders that are half written, and locks. What a living
 * process has made stays, and so does what can't be removed; a folder that is not there has nothing.
 */
export function removeLeftovers(folder: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    if (name.startsWith(unfinishedPrefix)) {
      if (isAbandoned(folder, name)) remove(join(folder, name));
    } else if (/\.lock(?:\.removal)?$/.test(name)) quietly(() => removeDeadLock(join(folder, name)));
  }
}

const seen = new Set<string>();

/** The same, once a process for each folder: whoever writes into a folder clears up there. */
export function removeLeftoversOnce(folder: string): void {
  // A step's worker threads write where the step has cleared up already.
  if (!isMainThread || seen.has(resolve(folder))) return;
  seen.add(resolve(folder));
  removeLeftovers(folder);
}

function isAbandoned(folder: string, name: string): boolean {
  const maker = makerOf(name);
  if (maker !== undefined) return !isRunning(maker);
  try {
    return now(folder) - statSync(join(folder, name)).mtimeMs > foreignPatienceMs;
  } catch {
    return false;
  }
}

/** The time by the folder's own clock, which is another machine's where the folder is shared. */
function now(folder: string): number {
  const probe = unfinishedPath(join(folder, "time"));
  try {
    writeFileSync(probe, "");
    return statSync(probe).mtimeMs;
  } finally {
    remove(probe);
  }
}

/** Others' files in a shared folder, or those of a file system that can't be written, stay. */
function remove(path: string): void {
  quietly(() => rmSync(path, { recursive: true, force: true }));
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It is no work of this run's, and must not stop it.
  }
}
