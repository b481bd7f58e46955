import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeWholeFile } from "../foundation/index.js";
import type { ClusterOptions } from "./resources.js";
import type { Handover, SchedulerName } from "./scheduler.js";
import { schedulerOf } from "./schedulers.js";
import { demand } from "./schedulerProgram.js";
import { newJobFolder, nextJobFolder, writeSubmission, type Submission } from "./submission.js";
import {
  builtInTemplate,
  clusterFolder,
  fillScript,
  readTemplate,
  templateName,
  type ClusterTask,
} from "./template.js";

/** A step's work as an array of tasks. */
export interface ClusterStep {
  /** One word, e.g. `train`. */
  step: string;
  /** The arguments of `histobook` that all tasks have. */
  args: readonly string[];
  tasks: readonly ClusterTask[];
}

/** A script as it would be handed over, and by which command. */
export interface PlannedJob {
  command: string[];
  script: string;
}

/** The command on the compute node: this same program, which lies in a folder that the node shares. */
const program = [process.execPath, join(__dirname, "..", "..", "bin", "histobook.js")];

/**
 * Hands a step's work to a scheduler as one array.
 *
 * The script is made from the study's own template, which is written first where it is missing, and stays beside the
 * job's logs.
 *
 * @param after jobs that must have ended well before it begins
 * @throws HistobookError `NoScheduler`, `SchedulerRefused` with the scheduler's words, `BadInput`, `BadOption`.
 */
export async function submitStep(
  study: string,
  name: SchedulerName,
  { step, args, tasks }: ClusterStep,
  options: ClusterOptions,
  after: readonly Submission[] = [],
): Promise<Submission> {
  const scheduler = schedulerOf(name);
  const template = readTemplate(study, name, options.template);
  const folder = newJobFolder(study);
  try {
    const content = { study, step, folder, command: [...program, ...args], tasks };
    const handover = handoverOf(study, folder, tasks.length, options, after);
    keepTemplate(study, name);
    writeWholeFile(join(study, handover.script), fillScript(template, name, content, options));
    const out = await demand(scheduler.program, await scheduler.submitArguments(handover), study);
    const submission: Submission = {
      format: "histobook-job",
      version: 1,
      number: Number(folder.split("-")[1]),
      folder,
      step,
      scheduler: name,
      job: scheduler.jobNumber(out),
      submitted: new Date().toISOString(),
      tasks: tasks.map(({ label, key }) => ({ label, key })),
    };
    writeSubmission(study, submission);
    return submission;
  } catch (error) {
    rmSync(join(study, folder), { recursive: true, force: true });
    throw error;
  }
}

/**
 * What `submitStep` would hand over; writes nothing, and needs no scheduler.
 *
 * @throws HistobookError `BadInput`, `BadOption`.
 */
export async function planStep(
  study: string,
  name: SchedulerName,
  { step, args, tasks }: ClusterStep,
  options: ClusterOptions,
): Promise<PlannedJob> {
  const folder = nextJobFolder(study);
  const content = { study, step, folder, command: [...program, ...args], tasks };
  const script = fillScript(readTemplate(study, name, options.template), name, content, options);
  const handover = handoverOf(study, folder, tasks.length, options, []);
  const scheduler = schedulerOf(name);
  return { command: [scheduler.program, ...(await scheduler.submitArguments(handover))], script };
}

function handoverOf(
  study: string,
  folder: string,
  tasks: number,
  { atOnce }: ClusterOptions,
  after: readonly Submission[],
): Handover {
  const script = `${folder}/job.sh`;
  return {
    folder: study,
    script,
    tasks,
    atOnce,
    log: `${folder}/scheduler.log`,
    after: after.map(({ job }) => job),
  };
}

/** The template from which a study's jobs are made can be seen and edited from the first job on. */
function keepTemplate(study: string, name: SchedulerName): void {
  const path = join(study, templateName(name));
  makeFolder(join(study, clusterFolder));
  if (!existsSync(path)) writeWholeFile(path, builtInTemplate(name));
}
