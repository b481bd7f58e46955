import { HistobookError, numberOption } from "../foundation/index.js";
import type { SchedulerName } from "./scheduler.js";

/** What a job asks its cluster for. What is left out is the template's or the cluster's own affair. */
export interface ClusterOptions {
  /** Slurm's partition, PBS' queue. */
  partition?: string;
  /** Whose hours are used up. */
  account?: string;
  /** The time limit as the scheduler writes it, e.g. `24:00:00`. */
  time?: string;
  /** Memory a task, e.g. `8G`. */
  memory?: string;
  /** Processor cores a task. */
  cpus?: number;
  /** Graphics processors a task. */
  gpus?: number;
  /** A line of bash that comes before the work, e.g. `module load nodejs` or `conda activate histobook`. */
  setup?: string;
  /** How many tasks may run at once; default as many as the cluster likes. */
  atOnce?: number;
  /** A script template of your own; default the study's `cluster/slurm.sh` or `cluster/pbs.sh`. */
  template?: string;
}

/**
 * The lines by which a script asks for them.
 *
 * @throws HistobookError `BadOption` for a value that would not stay one value.
 */
export function resourceLines(scheduler: SchedulerName, options: ClusterOptions): string[] {
  const count = { minimum: 1, integer: true };
  const cpus = options.cpus === undefined ? undefined : numberOption("--cpus", options.cpus, count);
  const gpus = options.gpus === undefined ? undefined : numberOption("--gpus", options.gpus, count);
  const partition = oneWord("--partition", options.partition);
  const account = oneWord("--account", options.account);
  const time = oneWord("--time", options.time);
  const memory = oneWord("--memory", options.memory);
  const lines: Record<SchedulerName, [string, string | number | undefined][]> = {
    slurm: [
      ["#SBATCH --partition=", partition],
      ["#SBATCH --account=", account],
      ["#SBATCH --time=", time],
      ["#SBATCH --mem=", memory],
      ["#SBATCH --cpus-per-task=", cpus],
      ["#SBATCH --gpus=", gpus],
    ],
    pbs: [
      ["#PBS -q ", partition],
      ["#PBS -A ", account],
      ["#PBS -l walltime=", time],
      ["#PBS -l mem=", memory],
      [
        "#PBS -l nodes=1:ppn=",
        cpus === undefined && gpus === undefined
          ? undefined
          : `${cpus ?? 1}${gpus === undefined ? "" : `:gpus=${gpus}`}`,
      ],
    ],
  };
  return lines[scheduler].flatMap(([directive, value]) => (value === undefined ? [] : [directive + value]));
}

/** A directive ends at a blank, and a second line would be a command. */
function oneWord(name: string, value: string | undefined): string | undefined {
  if (value === undefined || /^[\w@%+=:,./-]+$/.test(value)) return value;
  throw new HistobookError("BadOption", {
    subject: name,
    topic: "cluster",
    found: `'${value}'`,
    expected: "one word of letters, digits and @%+=:,./-",
    fix: "give another value, or write the line into the template",
  });
}
