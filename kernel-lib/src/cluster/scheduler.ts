/** The schedulers that jobs can be handed to. */
export type SchedulerName = "slurm" | "pbs";

/** Where a step's work is done: on this machine, or by a cluster's scheduler. */
export type Place = "local" | SchedulerName;

/** All places. */
export const places = ["local", "slurm", "pbs"] as const satisfies readonly Place[];

/** What a scheduler says of one task of an array; `ended` tells neither success nor failure. */
export interface Queued {
  state: "waiting" | "running" | "done" | "ended" | "failed" | "cancelled";
  /** The scheduler's own word, e.g. Resources, TIMEOUT or NODE_FAIL. */
  reason: string;
}

/** A task whose state is asked for. */
export interface AskedTask {
  /** The array's number as the scheduler gave it. */
  job: string;
  /** From 1. */
  task: number;
  /** The number that the task itself ran under, where it has said so. */
  ownJob: string | null;
}

/** What is to be handed over. */
export interface Handover {
  /** The study's folder, in which the programs are run. */
  folder: string;
  /** The script, relative to it. */
  script: string;
  /** How many tasks the array has. */
  tasks: number;
  /** How many of them may run at once. */
  atOnce: number | undefined;
  /** Where words go that come before the script's own, relative to the folder. */
  log: string;
  /** Jobs that must have ended well before. */
  after: readonly string[];
}

/** A scheduler, by its programs. */
export interface Scheduler {
  name: SchedulerName;
  /** Its name in sentences. */
  title: string;
  /** The program that takes jobs. */
  program: string;
  /** The arguments by which the program takes a script. */
  submitArguments(handover: Handover): Promise<string[]>;
  /** Reads the job's number in what the program printed. */
  jobNumber(out: string): string;
  /**
   * What the scheduler knows of some tasks, in their order; undefined for those that it knows nothing (any more) of.
   *
   * @throws HistobookError `NoScheduler`, `SchedulerRefused` when it can't be asked.
   */
  states(tasks: readonly AskedTask[]): Promise<(Queued | undefined)[]>;
  /** Ends an array, whatever of it still waits or runs. */
  cancel(job: string): Promise<void>;
}
