import { choiceOption, HistobookError, type RunOptions } from "../foundation/index.js";
import { pbs } from "./pbs.js";
import { places, type Place, type Scheduler, type SchedulerName } from "./scheduler.js";
import { isInstalled } from "./schedulerProgram.js";
import { slurm } from "./slurm.js";

const all: Record<SchedulerName, Scheduler> = { slurm, pbs };

/** The scheduler of a name. */
export function schedulerOf(name: SchedulerName): Scheduler {
  return all[name];
}

/** Tells whether jobs can be handed to a scheduler from this machine. */
export function hasScheduler(name: SchedulerName): boolean {
  return isInstalled(all[name].program);
}

/**
 * Where work is done that was asked for somewhere: where that scheduler is missing, on this machine, and a warning says so.
 *
 * @param instead what is done then, as a clause
 * @throws HistobookError `BadOption` for a place that nobody knows.
 */
export function placeOfWork(on: string | undefined, instead: string, report: RunOptions["report"]): Place {
  const place = choiceOption<Place>("--on", on ?? "local", places);
  if (place === "local" || hasScheduler(place)) return place;
  const { title, program } = all[place];
  const message = `There is no ${title} here (no ${program} on PATH): ${instead}.`;
  report?.({ event: "warning", step: "cluster", message });
  return "local";
}

/** The error for work that has no other place. */
export function noScheduler(name: SchedulerName): HistobookError {
  const { title, program } = all[name];
  return new HistobookError("NoScheduler", {
    subject: `--on ${name}`,
    found: `no ${program} on PATH`,
    expected: `${title}'s programs`,
    fix: "run this where jobs are submitted, or leave out --on, and the work is done on this machine",
  });
}
