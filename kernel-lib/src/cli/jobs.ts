import { join } from "node:path";
import type { Command } from "commander";
import { cancelJobs, isActive, listJobs, type Job } from "../cluster/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook jobs STUDY`: what has become of what was handed to a cluster */
export function jobsCommand(): Command {
  return newCommand("jobs", "the study's jobs on a cluster: what waits, runs, is done, and failed")
    .argument("<study>", "the study folder")
    .option("--cancel", "end all that wait or run; trainings leave a snapshot")
    .action((directory: string, options: { json?: boolean; cancel?: boolean }) =>
      perform(options, async ({ report }) => {
        const { directory: study } = openStudy(directory);
        const cancelled = options.cancel ? await cancelJobs(study) : [];
        const { jobs, unheard } = await listJobs(study);
        for (const message of unheard) report({ event: "warning", step: "jobs", message });
        const ended = cancelled.map(({ number, step }) => `Ended job ${number} (${step}).`);
        const none = options.cancel ? "No job waits or runs." : "No jobs.";
        const lines = options.cancel
          ? [...(ended.length > 0 ? ended : [none])]
          : jobs.length > 0
            ? jobs.flatMap((job) => jobLines(study, job))
            : [none];
        return {
          data: { step: "jobs", jobs, cancelled: cancelled.map(({ number }) => number), unheard },
          lines,
        };
      }),
    );
}

function jobLines(study: string, { number, scheduler, job, step, submitted, tasks }: Job): string[] {
  const when = submitted.slice(0, 16).replace("T", " ");
  const active = tasks.some(isActive) ? "" : ", ended";
  return [
    `Job ${number}: ${step} on ${scheduler} (${job}), handed over ${when} UTC${active}`,
    ...tasks.map(({ label, state, reason, host, log }) => {
      const why = reason === "" || reason === "None" ? "" : ` (${reason})`;
      const where = state === "running" && host !== null ? ` on ${host}` : "";
      const see = state === "waiting" || state === "done" ? "" : `, log ${join(study, log)}`;
      return `  ${label}: ${state}${why}${where}${see}`;
    }),
  ];
}
