import { messageOf } from "../foundation/index.js";
import type { Queued } from "./scheduler.js";
import { schedulerOf } from "./schedulers.js";
import { readSubmissions, readTaskNote, taskLog, type Submission, type TaskNote } from "./submission.js";

/** What has become of a task. `lost`: it is not done, and neither its scheduler nor its own note says why. */
export type TaskState = "waiting" | "running" | "done" | "failed" | "stopped" | "cancelled" | "lost";

/** One task of a job. */
export interface JobTask {
  /** From 1. */
  task: number;
  /** E.g. `fold 3`. */
  label: string;
  state: TaskState;
  /** The scheduler's word for it, or the status with which the work ended; empty where there is nothing to say. */
  reason: string;
  /** Where it ran; null before. */
  host: string | null;
  /** Its log's path, relative to the study. */
  log: string;
  /** Fingerprint of what it makes. */
  key: string;
}

/** A job: one array of tasks. */
export interface Job {
  /** Counts the study's jobs from 1. */
  number: number;
  /** The scheduler's own number. */
  job: string;
  scheduler: Submission["scheduler"];
  /** E.g. `train`. */
  step: string;
  /** ISO 8601. */
  submitted: string;
  tasks: JobTask[];
}

/** A study's jobs, and why a scheduler could not be asked, if so. */
export interface JobList {
  jobs: Job[];
  /** Sentences about schedulers that did not answer; the states then are what the tasks last wrote down. */
  unheard: string[];
}

/** Tells whether a task still waits or runs. */
export function isActive({ state }: Pick<JobTask, "state">): boolean {
  return state === "waiting" || state === "running";
}

/**
 * Lists a study's jobs with the states of their tasks, the oldest first; all machines that share the folder see the same.
 *
 * @example
 * (await listJobs("study")).jobs; // => []
 */
export async function listJobs(study: string): Promise<JobList> {
  return statesOf(study, readSubmissions(study));
}

/** The same for some of the jobs. */
export async function statesOf(study: string, submissions: readonly Submission[]): Promise<JobList> {
  const unheard: string[] = [];
  const notes = submissions.map((submission) =>
    submission.tasks.map((_, i) => readTaskNote(study, submission, i + 1)),
  );
  const answers = new Map<Submission, (Queued | undefined)[]>();
  for (const name of new Set(submissions.map(({ scheduler }) => scheduler))) {
    // What is done needs no scheduler to say so.
    const open = submissions.filter(
      (one, i) => one.scheduler === name && !notes[i].every((note) => isDone(note)),
    );
    const asked = open.flatMap((submission) =>
      submission.tasks.map((_, i) => ({
        submission,
        task: i + 1,
        note: notes[submissions.indexOf(submission)][i],
      })),
    );
    try {
      const states = await schedulerOf(name).states(
        asked.map(({ submission: { job }, task, note }) => ({ job, task, ownJob: note?.job ?? null })),
      );
      for (const submission of open) answers.set(submission, []);
      asked.forEach(({ submission }, i) => answers.get(submission)!.push(states[i]));
    } catch (error) {
      unheard.push(messageOf(error));
    }
  }
  const jobs = submissions.map((submission, j): Job => {
    const { number, job, scheduler, step, submitted, tasks } = submission;
    const heard = answers.get(submission);
    return {
      number,
      job,
      scheduler,
      step,
      submitted,
      tasks: tasks.map(({ label, key }, i) => {
        const note = notes[j][i];
        const { state, reason } = heard || isDone(note) ? taskState(note, heard?.[i]) : lastHeard(note);
        const log = taskLog(submission, i + 1);
        return { task: i + 1, label, state, reason, host: note?.host ?? null, log, key };
      }),
    };
  });
  return { jobs, unheard };
}

/**
 * What a task's own note and its scheduler together say. A note of an end is older than a scheduler's word that it waits
 * again; a task that was lost with its node has a note that it runs.
 */
export function taskState(
  note: TaskNote | undefined,
  queued: Queued | undefined,
): { state: TaskState; reason: string } {
  if (isDone(note) || queued?.state === "done") return { state: "done", reason: "" };
  if (queued?.state === "waiting" || queued?.state === "running") {
    // A script that ends has written its note a moment before its scheduler knows.
    const ended = queued.state === "running" && note?.state === "ended";
    return ended ? failed(note) : { state: queued.state, reason: queued.reason };
  }
  if (queued?.state === "cancelled") return { state: "cancelled", reason: queued.reason };
  if (note?.state === "ended") return failed(note);
  if (note?.state === "stopped") return { state: "stopped", reason: queued?.reason ?? "" };
  if (queued?.state === "failed") return { state: "failed", reason: queued.reason };
  return { state: "lost", reason: queued?.reason ?? "" };
}

function isDone(note: TaskNote | undefined): boolean {
  return note?.state === "ended" && (note.status === 0 || note.status === 3);
}

function failed({ status }: TaskNote): { state: TaskState; reason: string } {
  return { state: "failed", reason: `status ${status}` };
}

function lastHeard(note: TaskNote | undefined): { state: TaskState; reason: string } {
  if (note === undefined) return { state: "waiting", reason: "not heard of" };
  if (note.state === "ended") return failed(note);
  return { state: note.state, reason: "as last heard" };
}

/**
 * Ends all of a study's jobs that wait or run. What they have made stays, and trainings leave a snapshot.
 *
 * @returns the jobs that were ended
 * @throws HistobookError `SchedulerRefused`, `NoScheduler`.
 * @example
 * await cancelJobs("study"); // => []
 */
export async function cancelJobs(study: string): Promise<Job[]> {
  const { jobs } = await listJobs(study);
  const active = jobs.filter(({ tasks }) => tasks.some(isActive));
  // The last first, so that none begins because the one before it has gone.
  for (const { scheduler, job } of [...active].reverse()) await schedulerOf(scheduler).cancel(job);
  return active;
}
