/** One trial: a step is begun, broken at one moment, looked at, gone on with, and looked at again. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DiskFault, FaultyDisk } from "./faultyDisk.js";
import type { Step } from "./steps.js";
import { differences, treeOf, type Tree } from "./tree.js";
import { copyOf, keptFile, removeWork, type, type Ended, type Undisturbed, type Work } from "./work.js";

/**
 * What is done to a step, and when: at a change on the disk by its number, or after so many seconds; or the same command is typed
 * a second time so many seconds after the first.
 */
export type Break =
  | { fault: Exclude<DiskFault, "none">; change: number }
  | { fault: "kill" | "terminate" | "twice"; seconds: number };

/** What came of it. */
export interface Trial {
  step: string;
  what: Break;
  /** How the broken command ended, in a word. */
  ending: string;
  /** One sentence each; none when all is as it should be. */
  problems: string[];
  /** Of the command that went on. */
  seconds: number;
}

/** Breaks a step once. */
export async function tryOnce(
  step: Step,
  calm: Undisturbed,
  from: Work,
  what: Break,
  disk: FaultyDisk | undefined,
): Promise<Trial> {
  const work = copyOf(from);
  try {
    const all = await breakStep(step, work, what, disk);
    const problems = all.flatMap((broken) => [...endingProblems(broken, what)]);
    const now = await treeOf(work.root);
    problems.push(...wholenessProblems(now, calm, work));
    // Whoever was not killed clears up behind itself.
    if (all.every(({ signal }) => signal === null)) problems.push(...leftOvers(now));
    const resumed = await type(work, step, "again");
    if (resumed.status !== 0) problems.push(`the rerun failed: ${resumed.last.message ?? resumed.errors}`);
    const wrong = differences(await treeOf(work.root), calm.after);
    const excused =
      what.fault === "terminate" ? wrong.filter((one) => !isOfSnapshots(one, work, calm)) : wrong;
    problems.push(...excused.map((one) => `at the end ${one}`));
    return { step: step.name, what, ending: all.map(ending).join(", "), problems, seconds: resumed.seconds };
  } finally {
    removeWork(work);
  }
}

async function breakStep(
  step: Step,
  work: Work,
  what: Break,
  disk: FaultyDisk | undefined,
): Promise<Ended[]> {
  if ("change" in what) {
    const env = disk!.environment(work.root, what.fault, what.change);
    return [await type(work, step, "command", { env })];
  }
  if (what.fault === "twice") {
    const first = type(work, step, "command");
    await sleep(1000 * what.seconds);
    return Promise.all([first, type(work, step, "command")]);
  }
  let timer: NodeJS.Timeout | undefined;
  const ended = await type(work, step, "command", {
    onStart({ pid }) {
      const signal = what.fault === "kill" ? "SIGKILL" : "SIGTERM";
      // A group that has ended meanwhile hears nothing.
      timer = setTimeout(() => hear(pid!, signal), 1000 * what.seconds);
    },
  });
  clearTimeout(timer);
  return [ended];
}

function hear(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has just ended.
  }
}

function ending({ status, signal, last }: Ended): string {
  if (signal !== null) return signal;
  return status === 0 ? "done" : (last.code ?? `status ${status}`);
}

/** Whoever was not killed ends well, or with one sentence that was foreseen. */
function* endingProblems({ status, signal, last, errors }: Ended, { fault }: Break): Generator<string> {
  if (signal !== null) {
    // A SIGTERM before the command listens ends it at once.
    if (signal !== "SIGKILL" && !(signal === "SIGTERM" && fault === "terminate"))
      yield `it was ended by ${signal}: ${errors}`;
    return;
  }
  if (status === 0 || status === 3) return;
  const foreseen = last.event === "error" && last.code !== undefined && last.code !== "Unexpected";
  if (!foreseen) yield `no clear error (status ${status}): ${last.message ?? errors}`;
  else if (fault === "full" && !/full disk|free disk space/.test(last.message ?? ""))
    yield `the disk was full, and it said: ${last.message}`;
  else if (fault === "twice" && !isLocked(last))
    yield `the second was to wait or to say who is at work, and said: ${last.message}`;
}

/** One sentence that says who is at work: where, and since when; or that somebody has put images there meanwhile. */
function isLocked({ code, message = "" }: Ended["last"]): boolean {
  if (/a file that was not there a moment ago, expected nobody else to put images there/.test(message))
    return true;
  return (
    code === "Locked" &&
    /found process \d+ on .+ working since \d{4}-.+, expected nobody else at work there; wait/.test(
      message,
    ) &&
    !message.includes("LOCK")
  );
}

/** What has its final name is whole, and nothing that was there before is lost. */
function* wholenessProblems(now: Tree, { before, after }: Undisturbed, work: Work): Generator<string> {
  for (const [path, content] of now) {
    if (isTransient(path) || content === after.get(path) || content === before.get(path)) continue;
    if (path.endsWith("histobook.json")) {
      if (!isJson(join(work.root, path))) yield `${path} is broken`;
    } else if (!isGrowing(path) && after.has(path)) yield `${path} is not whole`;
  }
  for (const [path, content] of before) {
    const isReplaced = after.get(path) !== content;
    if (!isReplaced && now.get(path) !== content) yield `${path}, which was there before, is lost`;
  }
}

function isJson(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return existsSync(path);
  } catch {
    return false;
  }
}

/** Logs are written line by line. */
function isGrowing(path: string): boolean {
  return path.endsWith("training-log.jsonl") || path.endsWith("training-log.csv");
}

/** Unfinished files and locks: nobody reads them, and the next run removes them. */
function isTransient(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".unfinished-") || /\.lock(\.removal)?$/.test(part));
}

/** A training that is told to end leaves one more snapshot, which its log names, too. */
function isOfSnapshots(difference: string, work: Work, calm: Undisturbed): boolean {
  if (/_iter_\d+\.(caffemodel|solverstate) is left over$/.test(difference)) return true;
  const [path] = difference.split(" differs");
  if (!path.endsWith("training-log.jsonl")) return false;
  const withoutSnapshots = (root: string): string[] =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .filter((line) => !line.startsWith('{"kind":"snapshot"'));
  return withoutSnapshots(work.root).join("\n") === withoutSnapshots(calm.work.root).join("\n");
}

function isTemporary(path: string): boolean {
  return path.startsWith("temporary/") && path !== `temporary/${keptFile}`;
}

function leftOvers(now: Tree): string[] {
  const left = [...now.keys()].filter((path) => isTransient(path) || isTemporary(path));
  return left.map((path) => `${path} was left behind`);
}
