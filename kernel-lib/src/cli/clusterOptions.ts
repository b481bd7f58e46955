import { join } from "node:path";
import type { Command } from "commander";
import type { ClusterOptions, PlannedJob, Submission } from "../cluster/index.js";
import { toNumber, type Outcome } from "./command.js";

/** The options of commands whose work a cluster can do. */
export type ClusterFlags = Omit<ClusterOptions, "gpus" | "cpus" | "atOnce"> & {
  on?: string;
  wait?: boolean;
  dryRun?: boolean;
  gpus?: number;
  cpus?: number;
  atOnce?: number;
};

/** Adds them to a command. */
export function withClusterOptions(command: Command, what: string): Command {
  return command
    .option("--on <place>", `local; slurm or pbs: ${what}`, "local")
    .option("--wait", "with --on: follow the jobs to their end")
    .option("--partition <name>", "with --on: Slurm's partition, PBS' queue")
    .option("--account <name>", "with --on: whose hours are used up")
    .option("--time <limit>", "with --on: a job's time limit, e.g. 24:00:00")
    .option("--memory <size>", "with --on: memory of a task, e.g. 8G")
    .option("--cpus <number>", "with --on: processor cores of a task", toNumber)
    .option("--gpus <number>", "with --on: graphics processors of a task", toNumber)
    .option("--setup <line>", "with --on: a line before the work, e.g. 'module load nodejs'")
    .option("--at-once <number>", "with --on: tasks that may run at once", toNumber)
    .option("--template <file>", "with --on: a job script's template (STUDY/cluster/slurm.sh or pbs.sh)");
}

/** What of the options a job asks its cluster for. */
export function clusterOptions(flags: ClusterFlags): ClusterOptions {
  const { partition, account, time, memory, cpus, gpus, setup, atOnce, template } = flags;
  return { partition, account, time, memory, cpus, gpus, setup, atOnce, template };
}

/** The scripts of a dry run, as they would be handed over. */
export function plannedOutcome(step: string, jobs: readonly PlannedJob[]): Outcome {
  const lines = jobs.flatMap(({ command, script }) => [`# ${command.join(" ")}`, script]);
  return { data: { step, planned: jobs }, lines };
}

/** What was handed over, and how to see more of it. */
export function submittedOutcome(
  directory: string,
  step: string,
  jobs: readonly Submission[],
  notes: string[] = [],
): Outcome {
  const titles = { slurm: "Slurm", pbs: "PBS" };
  const lines = jobs.map(({ number, step: name, scheduler, job, tasks, folder }) => {
    const what = tasks.length === 1 ? tasks[0].label : `${tasks.length} tasks`;
    return `Job ${number} (${titles[scheduler]} ${job}): ${name}, ${what}; logs in ${join(directory, folder)}.`;
  });
  const next = `See them with 'histobook jobs ${directory}', end them with 'histobook jobs ${directory} --cancel'.`;
  return { data: { step, jobs }, lines: [...notes, ...lines, next] };
}
