// What the set-up remembers: a step's stamp is written after its product is whole and removed before work on it
// starts, so that a set-up killed half-way leaves nothing that the next one takes as done.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stampFolder } from "./paths.mjs";

const pathOf = (step) => join(stampFolder, `${step}.json`);

function write(step, stamp) {
  mkdirSync(stampFolder, { recursive: true });
  const temporary = `${pathOf(step)}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(stamp, null, 2) + "\n");
  renameSync(temporary, pathOf(step));
}

/** What a step wrote last: `{state, fingerprint, ...notes}`, or undefined. */
export function readStamp(step) {
  try {
    return JSON.parse(readFileSync(pathOf(step), "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether the step was finished with these inputs. That its product still exists is for the caller to check. */
export const isDone = (step, fingerprint) => {
  const stamp = readStamp(step);
  return stamp?.state === "done" && stamp.fingerprint === fingerprint;
};

/** Whether the step was started and never finished: its product may be half-written. */
export const wasInterrupted = (step) => readStamp(step)?.state === "started";

export const markStarted = (step) => write(step, { state: "started" });

export const markDone = (step, fingerprint, notes = {}) =>
  write(step, { state: "done", fingerprint, ...notes });
