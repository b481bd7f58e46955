import type { Command } from "commander";
import { followJobs, placeOfWork, places, type Place } from "../cluster/index.js";
import { engineChoices } from "../engine/index.js";
import { forecastOutcome } from "./runForecast.js";
import { planRun, presets, runPipeline, submitRun, type PipelineOptions } from "../pipeline/index.js";
import { choiceOption, type RunOptions } from "../foundation/index.js";
import { openStudy } from "../study/index.js";
import {
  clusterOptions,
  plannedOutcome,
  submittedOutcome,
  withClusterOptions,
  type ClusterFlags,
} from "./clusterOptions.js";
import { newCommand, perform, toNumber, type Outcome } from "./command.js";
import { evaluationLines } from "./evaluate.js";
import { withRecipe } from "./recipe.js";

type Options = PipelineOptions & ClusterFlags & { json?: boolean; tasks?: number };

/** `histobook run STUDY`: all steps */
export function runCommand(): Command {
  const choices = Object.entries(presets).map(([name, { description }]) => `${name}: ${description}`);
  const command = newCommand("run", "all five steps and the evaluation")
    .argument("<study>", "the study folder")
    .option("--preset <name>", `${choices.join("; ")} (standard; with --minutes quick)`)
    .option(
      "--minutes <number>",
      "as many patches and iterations and as fine maps as fit into this time here",
      toNumber,
    )
    .option("--per-image <count>", "epithelium positions an image, at most (the preset's)", toNumber)
    .option("--iterations <number>", "iterations a fold (the preset's)", toNumber)
    .option(
      "--stride <pixels>",
      "compute every n-th pixel of every n-th row of the maps (the preset's)",
      toNumber,
    )
    .option("--scale <factor>", "working pixels per pixel of the file (the study's own, else 0.5)", toNumber)
    .option(
      "--regions <module>",
      "JavaScript whose default export divides an image into regions (the study's own)",
    )
    .option("--engine <name>", engineChoices.join(", "))
    .option("--seed <number>", "(1)", toNumber)
    .option("--workers <number>", "worker threads (one a core)", toNumber);
  withClusterOptions(withRecipe(command), "all steps as a chain of jobs")
    .option(
      "--tasks <number>",
      "with --on: so many tasks share the images (one an image, at most 100)",
      toNumber,
    )
    .option(
      "--dry-run",
      "say how long it would take here, and what a time budget buys; with --on: print the jobs' scripts; do nothing",
    );
  return command.action((directory: string, options: Options) =>
    perform(options, async (run) => {
      const onCluster = await clusterOutcome(directory, options, run);
      if (onCluster) return onCluster;
      if (options.dryRun) return forecastOutcome(directory, { ...options, ...run });
      const result = await runPipeline(openStudy(directory), { ...options, ...run });
      const times = Object.entries(result.seconds).map(
        ([step, seconds]) => `${step} ${seconds.toFixed(1)} s`,
      );
      return {
        data: { step: "run", ...result },
        lines: [
          `Engine: ${result.training.engine}.`,
          `${result.patches.patches.total} patches, ${result.training.folds.length} models, ` +
            `${result.output.images.length} maps: ${times.join(", ")}.`,
          ...evaluationLines(result.evaluation),
        ],
        skipped: result.skipped,
      };
    }),
  );
}

/** The outcome of a whole run on a cluster; undefined where it is done here. */
async function clusterOutcome(
  directory: string,
  options: Options,
  { report, signal }: RunOptions,
): Promise<Outcome | undefined> {
  const wanted = choiceOption<Place>("--on", options.on ?? "local", places);
  if (wanted === "local") return undefined;
  const study = openStudy(directory);
  const given = { ...options, cluster: clusterOptions(options) };
  if (options.dryRun) return plannedOutcome("run", await planRun(study, wanted, given));
  const place = placeOfWork(wanted, "all steps are done on this machine instead", report);
  if (place === "local") return undefined;
  const jobs = await submitRun(study, place, given);
  const tasks = jobs.flatMap((submission) => submission.tasks.map((_, i) => ({ submission, task: i + 1 })));
  if (options.wait) await followJobs(study.directory, tasks, "run", { report, signal });
  return submittedOutcome(directory, "run", jobs);
}
