import type { AskedTask, Handover, Queued, Scheduler } from "./scheduler.js";
import { ask, demand } from "./schedulerProgram.js";

/**
 * PBS, by qsub, qstat and qdel: Torque, OpenPBS, and the wrappers of those names that Slurm has.
 *
 * What they all print alike is little, so a task's own note says how it ended.
 */
export const pbs: Scheduler = {
  name: "pbs",
  title: "PBS",
  program: "qsub",
  async submitArguments({ script, tasks, atOnce, log, after }: Handover) {
    const open = await isOpenPbs();
    const throttle = atOnce === undefined ? "" : `%${atOnce}`;
    // OpenPBS takes no array of one. Slurm's wrapper takes an array's range from its own arguments alone.
    const array = tasks === 1 ? [] : [open ? "-J" : "-t", `1-${tasks}${throttle}`];
    // Torque says of a whole array that it ended well in a word of its own; its arrays' numbers end with brackets.
    const word = !open && after.some((job) => job.includes("[]")) ? "afterokarray" : "afterok";
    const dependency = after.length === 0 ? [] : ["-W", `depend=${word}:${after.join(":")}`];
    return ["-j", "oe", "-o", log, ...array, ...dependency, script];
  },
  jobNumber: (out) => out.trim().split("\n").at(-1)!.trim(),
  async states(tasks) {
    if (tasks.length === 0) return [];
    // Some versions end with an error when there is no job at all.
    const { out } = await ask("qstat", []);
    return statesFrom(out, tasks);
  },
  async cancel(job) {
    await demand("qdel", [job]);
  },
};

let openPbs: Promise<boolean> | undefined;

/** OpenPBS and PBS Professional say `pbs_version = 23.06.06`. */
function isOpenPbs(): Promise<boolean> {
  openPbs ??= ask("qsub", ["--version"]).then(
    ({ words }) => /pbs_version/i.test(words),
    // A dry run may be made anywhere.
    () => false,
  );
  return openPbs;
}

/** Reads qstat's table: number, name, user, time, state, queue. */
export function statesFrom(table: string, tasks: readonly AskedTask[]): (Queued | undefined)[] {
  const letters = new Map<string, string>();
  for (const line of table.split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (/^\d/.test(fields[0]) && fields.length >= 6) letters.set(shortNumber(fields[0]), fields.at(-2)!);
  }
  return tasks.map(({ job, task, ownJob }) => {
    const array = shortNumber(job);
    const indexed = array.endsWith("[]") ? [array.replace("[]", `[${task}]`)] : [];
    const own = [...indexed, ...(ownJob === null ? [] : [shortNumber(ownJob)])];
    const letter = own.map((number) => letters.get(number)).find((one) => one !== undefined);
    if (letter !== undefined) return queued(letter);
    // An array is one line in most tables. What has run tells of itself.
    const whole = letters.get(array);
    if (whole === undefined || ownJob !== null) return undefined;
    return whole === "C" || whole === "F" ? undefined : { state: "waiting", reason: "" };
  });
}

/** `12[3].server.domain` is `12[3]` in a table that cuts long names. */
function shortNumber(job: string): string {
  return job.split(".")[0];
}

function queued(letter: string): Queued | undefined {
  if (letter === "R" || letter === "E" || letter === "B") return { state: "running", reason: letter };
  if (letter === "C" || letter === "F" || letter === "X") return { state: "ended", reason: letter };
  return { state: "waiting", reason: letter };
}
