// Two set-ups at once (npm test beside npm start) would write into each other's files: the second waits. What a killed
// set-up left running (an npm, a pip) is ended first.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ownFolder } from "./paths.mjs";

const path = join(ownFolder, "setup.lock");
const childPath = join(ownFolder, "setup.child");

/** Handed down to every program that the set-up starts, so that a later set-up knows it for ours. */
export const tokenVariable = "HISTOBOOK_SETUP";
const token = randomUUID();
process.env[tokenVariable] = token;

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function take() {
  mkdirSync(ownFolder, { recursive: true });
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid }), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** Remembers the program that the set-up runs now (undefined: none). */
export function noteChild(pid) {
  if (pid === undefined) rmSync(childPath, { force: true });
  else writeFileSync(childPath, JSON.stringify({ pid, token }));
}

/** Whether the process carries the token. Only Linux lets us look; elsewhere the answer is no. */
function isOurs({ pid, token: given }) {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${tokenVariable}=${given}\0`);
  } catch {
    return false;
  }
}

async function endOrphan() {
  const orphan = readJson(childPath);
  if (!orphan) return;
  if (isOurs(orphan)) {
    try {
      process.kill(-orphan.pid, "SIGKILL");
    } catch {
      // It ended between the two lines.
    }
  }
  // Where we may not end it we give it time: a process number may also belong to a stranger by now.
  for (
    let i = 0;
    i < 120 && isAlive(orphan.pid) && (process.platform !== "linux" || isOurs(orphan));
    i += 1
  ) {
    await pause(500);
  }
  noteChild(undefined);
}

/** Runs `work` while no other set-up of this repository runs. A lock whose holder is gone counts for nothing. */
export async function withLock(work) {
  for (let told = false; !take();) {
    const pid = readJson(path)?.pid;
    if (pid !== undefined && !isAlive(pid)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told)
      process.stdout.write(`Another set-up of this repository runs (process ${pid}); waiting for it.\n`);
    told = true;
    await pause(500);
  }
  try {
    await endOrphan();
    return await work();
  } finally {
    if (readJson(path)?.pid === process.pid) rmSync(path, { force: true });
  }
}
