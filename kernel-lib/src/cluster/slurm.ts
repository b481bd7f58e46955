import type { AskedTask, Handover, Queued, Scheduler } from "./scheduler.js";
import { ask, demand } from "./schedulerProgram.js";

const waiting = new Set(["PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SUSPENDED"]);
const running = new Set(["RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT", "STOPPED", "RESIZING"]);

/** Slurm, by sbatch, squeue and scancel; without accounting it forgets an ended job after some minutes. */
export const slurm: Scheduler = {
  name: "slurm",
  title: "Slurm",
  program: "sbatch",
  submitArguments: ({ script, after }: Handover) => {
    // A job whose parent failed would otherwise wait for ever.
    const dependency =
      after.length === 0 ? [] : [`--dependency=afterok:${after.join(":")}`, "--kill-on-invalid-dep=yes"];
    return Promise.resolve(["--parsable", ...dependency, script]);
  },
  // On a federation the cluster's name stands behind a semicolon.
  jobNumber: (out) => out.trim().split(";")[0],
  async states(tasks) {
    const jobs = [...new Set(tasks.map(({ job }) => job))];
    if (jobs.length === 0) return [];
    const args = [
      "--noheader",
      "--array",
      "--states=all",
      `--jobs=${jobs.join(",")}`,
      "--format=%F %K %T %r",
    ];
    const said = await ask("squeue", args);
    // The only job that was asked for is forgotten.
    const lines =
      said.status === 0 || /Invalid job id/i.test(said.words) ? said.out : await demand("squeue", args);
    return statesFrom(lines, tasks);
  },
  async cancel(job) {
    await demand("scancel", [job]);
  },
};

/** Reads squeue's lines: array, index, state, reason. */
export function statesFrom(lines: string, tasks: readonly AskedTask[]): (Queued | undefined)[] {
  const known = new Map<string, Queued>();
  for (const line of lines.split("\n")) {
    const [array, index, state, ...reason] = line.trim().split(/\s+/);
    if (state !== undefined) known.set(`${array}_${index}`, queued(state, reason.join(" ")));
  }
  return tasks.map(({ job, task }) => known.get(`${job}_${task}`));
}

function queued(state: string, reason: string): Queued {
  if (waiting.has(state)) return { state: "waiting", reason };
  if (running.has(state)) return { state: "running", reason: state };
  if (state === "COMPLETED") return { state: "done", reason: "" };
  if (state.startsWith("CANCELLED"))
    return { state: "cancelled", reason: reason === "None" ? state : reason };
  return { state: "failed", reason: state };
}
