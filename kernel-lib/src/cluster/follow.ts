import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cellSignal, HistobookError, stopIfAborted, type RunOptions } from "../foundation/index.js";
import { isActive, statesOf, type JobTask } from "./jobs.js";
import type { Submission } from "./submission.js";

/** Milliseconds between two looks into the shared folder, and between two questions to the scheduler. */
const lookPause = 1000;
const askPause = 5000;
/** A shared folder shows a file some seconds late, so a task is only taken for lost after so many milliseconds. */
const lostAfter = 60_000;

/** Tasks that one sentence names. */
const mostNamed = 10;

/** One task that is followed, of one of the jobs. */
export interface Followed {
  submission: Submission;
  /** From 1. */
  task: number;
}

/**
 * Waits until some tasks have ended. An interrupt ends the waiting, and never the tasks.
 *
 * @param look called every second with what was last heard of the tasks, in their order
 * @returns the tasks at their end, in their order
 * @throws HistobookError `Interrupted`.
 */
export async function followTasks(
  study: string,
  followed: readonly Followed[],
  {
    look,
    signal,
    warn,
  }: { look: (tasks: readonly JobTask[]) => void; signal?: AbortSignal; warn: (message: string) => void },
): Promise<JobTask[]> {
  const submissions = [...new Set(followed.map(({ submission }) => submission))];
  const lostSince = new Map<string, number>();
  let tasks: JobTask[] = [];
  let askAt = 0;
  for (;;) {
    if (performance.now() >= askAt) {
      const { jobs, unheard } = await statesOf(study, submissions);
      for (const sentence of unheard) warn(sentence);
      tasks = followed.map(({ submission, task }) => jobs[submissions.indexOf(submission)].tasks[task - 1]);
      askAt = performance.now() + askPause;
    }
    look(tasks);
    if (!tasks.some((task) => isActive(task) || isMaybeLate(task, lostSince))) return tasks;
    stopIfAborted(signal, "following the jobs, which go on");
    await sleep(lookPause, undefined, { signal }).catch(() => undefined);
  }
}

function isMaybeLate({ state, log }: JobTask, lostSince: Map<string, number>): boolean {
  if (state !== "lost") return false;
  const since = lostSince.get(log) ?? performance.now();
  lostSince.set(log, since);
  return performance.now() - since < lostAfter;
}

/**
 * Follows tasks to their end and reports how many are done.
 *
 * @throws HistobookError `JobFailed` with those that failed and their logs, once all others have ended; `Interrupted`.
 */
export async function followJobs(
  study: string,
  followed: readonly Followed[],
  step: string,
  { report, signal }: RunOptions,
): Promise<void> {
  const total = followed.length;
  const look = (tasks: readonly JobTask[]): void => {
    const done = tasks.filter(({ state }) => state === "done").length;
    report?.({ event: "progress", step, done, total, unit: "tasks", detail: statesInWords(tasks) });
  };
  const warn = (message: string): void => report?.({ event: "warning", step, message });
  const tasks = await followTasks(study, followed, { look, warn, signal: signal ?? cellSignal() });
  const failures = tasks.filter(({ state }) => state !== "done");
  if (failures.length > 0) throw jobFailed(study, `the jobs of ${step}`, failures);
}

/** `2 running, 3 waiting`. */
export function statesInWords(tasks: readonly JobTask[]): string {
  const counts = new Map<string, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

/** The error of jobs whose tasks did not all come to their end. */
export function jobFailed(study: string, subject: string, failures: readonly JobTask[]): HistobookError {
  const words = failures.slice(0, mostNamed).map(({ label, state, reason, log }) => {
    const why = reason === "" ? state : `${state} (${reason})`;
    return `${label} ${why}, see ${join(study, log)}`;
  });
  const more = failures.length - words.length;
  return new HistobookError("JobFailed", {
    subject,
    found: words.join("; ") + (more > 0 ? `; and ${more} more` : ""),
    expected: "all of them done",
    fix: "run the same again, and what is missing goes on from what is made",
  });
}
