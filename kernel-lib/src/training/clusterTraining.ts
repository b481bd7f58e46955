import {
  followTasks,
  jobFailed,
  planStep,
  statesInWords,
  submitMissing,
  type ClusterStep,
  type Followed,
  type JobTask,
  type PlannedJob,
  type SchedulerName,
  type Submission,
} from "../cluster/index.js";
import { cellSignal, HistobookError } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import { finishedFold, type FoldRun, type TrainedFold } from "./foldRun.js";
import { readFoldRuns } from "./foldRuns.js";
import { LogFollower } from "./followLog.js";
import type { TrainOptions } from "./options.js";
import { trainArguments } from "./trainArguments.js";

/** A training that a cluster does. */
export interface SubmittedTraining {
  /** Prototxts written now, relative to the study. */
  written: string[];
  /** Folds whose model was there already. */
  finished: TrainedFold[];
  /** The job that was handed over now; null when all other folds wait or run already. */
  job: Submission | null;
  /** The jobs of the folds that are not finished. */
  waiting: (Followed & { run: FoldRun })[];
}

/**
 * Hands the training of folds to a cluster's scheduler, as one array with one task a fold, and does not wait for it.
 *
 * Folds that are trained already are kept, and those that wait or run as part of an earlier job are not handed over
 * again. A fold begins from its newest snapshot, whichever machine it comes to.
 *
 * @throws HistobookError as `train` before its first iteration; `NoScheduler`, `SchedulerRefused`.
 */
export async function submitTraining(
  study: Study,
  place: SchedulerName,
  options: TrainOptions = {},
): Promise<SubmittedTraining> {
  const { directory } = study;
  const { runs, written } = readFoldRuns(study, requireNoMinutes(options));
  const finished = runs.flatMap((run) => finishedFold(study, run) ?? []);
  const open = runs.filter(({ fold }) => !finished.some((one) => one.fold === fold));
  if (open.length === 0) return { written, finished, job: null, waiting: [] };
  const step = trainingStep(directory, open, options);
  const { job, places } = await submitMissing(directory, place, step, options.cluster ?? {});
  const waiting = open.map((run, i) => ({ ...places[i], run }));
  return { written, finished, job, waiting };
}

/**
 * The script that `submitTraining` would hand over, and by which command; needs no scheduler.
 *
 * @throws HistobookError as `submitTraining`.
 */
export function planTraining(
  study: Study,
  place: SchedulerName,
  options: TrainOptions = {},
): Promise<PlannedJob> {
  const { runs } = readFoldRuns(study, requireNoMinutes(options));
  return planStep(
    study.directory,
    place,
    trainingStep(study.directory, runs, options),
    options.cluster ?? {},
  );
}

/** A training as an array of jobs; those that were lost go on from their newest snapshot. */
export function trainingStep(
  directory: string,
  runs: readonly Pick<FoldRun, "fold" | "key">[],
  options: TrainOptions,
): ClusterStep {
  return {
    step: "train",
    args: [...trainArguments(directory, { ...options, resume: true }), "--processes", "0"],
    tasks: runs.map(({ fold, key }) => ({ label: `fold ${fold}`, args: ["--fold", String(fold)], key })),
  };
}

/**
 * Follows a training on a cluster to its end: passes on the logs' lines from the shared folder.
 *
 * @returns the folds that were trained
 * @throws HistobookError `JobFailed` with the folds that failed and their logs, once all others have ended; `Interrupted`
 * when the following was stopped, and the jobs go on.
 */
export async function followTraining(
  study: Study,
  waiting: SubmittedTraining["waiting"],
  options: TrainOptions,
): Promise<TrainedFold[]> {
  const { directory } = study;
  const logs = waiting.map(({ run }) => ({ run, log: new LogFollower(run.logPath), done: 0, told: false }));
  const total = waiting.reduce((sum, { run }) => sum + run.solver.maxIter, 0);
  const look = (tasks: readonly JobTask[]): void => {
    for (const one of logs) {
      for (const entry of one.log.look()) {
        if (entry.kind === "run") one.told = entry.key === one.run.key;
        // Until the job begins, the log is that of an earlier run with other options.
        if (!one.told) continue;
        if (entry.kind === "loss") one.done = entry.iteration + 1;
        else if (entry.kind === "run") one.done = 0;
        options.onEntry?.(one.run.fold, entry);
      }
    }
    const done = logs.reduce((sum, one) => sum + one.done, 0);
    options.report?.({
      event: "progress",
      step: "train",
      done,
      total,
      unit: "iterations",
      detail: statesInWords(tasks),
    });
  };
  const warn = (message: string): void => options.report?.({ event: "warning", step: "train", message });
  const tasks = await followTasks(directory, waiting, { look, warn, signal: options.signal ?? cellSignal() });
  const trained = waiting.map(({ run }) => finishedFold(study, run));
  const failures = waiting.flatMap(({ run }, i) => (trained[i] ? [] : [{ fold: run.fold, task: tasks[i] }]));
  if (failures.length > 0) {
    const which = `${failures.length === 1 ? "fold" : "folds"} ${failures.map(({ fold }) => fold).join(", ")}`;
    const tasksOf = failures.map(({ task }) => task);
    throw jobFailed(directory, `the training of ${which}`, tasksOf);
  }
  return trained.map((fold) => ({ ...fold!, reused: false }));
}

/** How many iterations fit into a time is measured where they are done, which is not here. */
function requireNoMinutes(options: TrainOptions): TrainOptions {
  if (options.minutes === undefined) return options;
  throw new HistobookError("BadOption", {
    subject: "--minutes",
    found: "it beside --on",
    expected: "a number of iterations, since the speed of a cluster's nodes is not known here",
    fix: "give --iterations",
  });
}
