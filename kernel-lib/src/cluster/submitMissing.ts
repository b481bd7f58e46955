import type { Followed } from "./follow.js";
import { isActive, statesOf } from "./jobs.js";
import type { ClusterOptions } from "./resources.js";
import type { SchedulerName } from "./scheduler.js";
import { hasScheduler, noScheduler } from "./schedulers.js";
import { readSubmissions, type Submission } from "./submission.js";
import { submitStep, type ClusterStep } from "./submit.js";

/** Work that a cluster does now. */
export interface Submitted {
  /** The job that was handed over now; null when all of it waits or runs already. */
  job: Submission | null;
  /** Where each of the tasks is done, in their order. */
  places: Followed[];
}

/**
 * Hands over those of a step's tasks that do not wait or run already as part of an earlier job.
 *
 * @throws HistobookError `NoScheduler`, `SchedulerRefused`, `BadInput`, `BadOption`.
 */
export async function submitMissing(
  study: string,
  name: SchedulerName,
  step: ClusterStep,
  options: ClusterOptions,
  after: readonly Submission[] = [],
): Promise<Submitted> {
  if (!hasScheduler(name)) throw noScheduler(name);
  const earlier = await activeTasks(study, step.step);
  const tasks = step.tasks.filter(({ key }) => !earlier.has(key));
  const job = tasks.length === 0 ? null : await submitStep(study, name, { ...step, tasks }, options, after);
  const places = step.tasks.map(
    (task): Followed => earlier.get(task.key) ?? { submission: job!, task: tasks.indexOf(task) + 1 },
  );
  return { job, places };
}

/** The tasks of a step that wait or run, by the key of what they make. */
async function activeTasks(study: string, step: string): Promise<Map<string, Followed>> {
  const submissions = readSubmissions(study).filter((one) => one.step === step);
  const { jobs } = await statesOf(study, submissions);
  const active = new Map<string, Followed>();
  jobs.forEach(({ tasks }, i) => {
    for (const task of tasks) {
      if (isActive(task)) active.set(task.key, { submission: submissions[i], task: task.task });
    }
  });
  return active;
}
