import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { cannotWrite, makeFolder, writeWholeFile } from "../foundation/index.js";
import type { SchedulerName } from "./scheduler.js";
import { clusterFolder } from "./template.js";

/** An array that was handed to a scheduler, as the study remembers it. */
export interface Submission {
  format: "histobook-job";
  version: 1;
  /** Counts the study's jobs from 1. */
  number: number;
  /** Its folder, relative to the study. */
  folder: string;
  /** The study's step, e.g. `train`. */
  step: string;
  scheduler: SchedulerName;
  /** The array's number as the scheduler gave it. */
  job: string;
  /** ISO 8601. */
  submitted: string;
  tasks: { label: string; key: string }[];
}

const submissionSchema: z.ZodMiniType<Submission> = z.object({
  format: z.literal("histobook-job"),
  version: z.literal(1),
  number: z.int(),
  folder: z.string(),
  step: z.string(),
  scheduler: z.enum(["slurm", "pbs"]),
  job: z.string(),
  submitted: z.string(),
  tasks: z.array(z.object({ label: z.string(), key: z.string() })),
});

/** What a task's script has written down of itself. */
export interface TaskNote {
  state: "running" | "ended" | "stopped";
  /** With which the work ended. */
  status: number;
  /** The number that the task itself ran under. */
  job: string;
  host: string;
}

const noteSchema: z.ZodMiniType<TaskNote> = z.object({
  state: z.enum(["running", "ended", "stopped"]),
  status: z.number(),
  job: z.string(),
  host: z.string(),
});

const folderPattern = /^job-([1-9]\d*)$/;

/**
 * Makes the folder of a study's next job. Several machines may do so at once: making a folder succeeds for one of them.
 *
 * @returns its name, relative to the study
 * @throws HistobookError `BadInput` when it can't be made.
 */
export function newJobFolder(study: string): string {
  makeFolder(join(study, clusterFolder));
  for (;;) {
    const folder = nextJobFolder(study);
    try {
      mkdirSync(join(study, folder));
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannotWrite(join(study, folder), error);
    }
  }
}

/** What a job that is handed over next would have for a folder. */
export function nextJobFolder(study: string): string {
  const last = Math.max(0, ...foldersOf(study).map(({ number }) => number));
  return `${clusterFolder}/job-${last + 1}`;
}

/** Writes a job down. */
export function writeSubmission(study: string, submission: Submission): void {
  writeWholeFile(join(study, submission.folder, "job.json"), JSON.stringify(submission, null, 1) + "\n");
}

/** A study's jobs, the oldest first. */
export function readSubmissions(study: string): Submission[] {
  return foldersOf(study).flatMap(({ number, folder }) => {
    // A job that could not be handed over leaves no record.
    const read = z.safeParse(submissionSchema, readJson(join(study, folder, "job.json")));
    return read.success ? [{ ...read.data, number, folder }] : [];
  });
}

/** What a task has written down of itself; undefined before it ran. */
export function readTaskNote(study: string, { folder }: Submission, task: number): TaskNote | undefined {
  const read = z.safeParse(noteSchema, readJson(join(study, folder, `${task}.json`)));
  return read.success ? read.data : undefined;
}

/** A task's log, relative to the study. */
export function taskLog({ folder }: Submission, task: number): string {
  return `${folder}/${task}.log`;
}

function foldersOf(study: string): { number: number; folder: string }[] {
  const home = join(study, clusterFolder);
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .flatMap((name) => {
      const parts = folderPattern.exec(name);
      return parts ? [{ number: Number(parts[1]), folder: `${clusterFolder}/${name}` }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}
