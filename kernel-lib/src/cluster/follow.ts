import { setTimeout as sleep } from "node:timers/promises";
import { stopIfAborted } from "../foundation/index.js";
import { isActive, statesOf, type JobTask } from "./jobs.js";
import type { Submission } from "./submission.js";

/** Milliseconds between two looks into the shared folder, and between two questions to the scheduler. */
const lookPause = 1000;
const askPause = 5000;
/** A shared folder shows a file some seconds late, so a task is only taken for lost after so many milliseconds. */
const lostAfter = 60_000;

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
