import type { Command } from "commander";
import { engineChoices } from "../engine/index.js";
import { presets, runPipeline, type PipelineOptions } from "../pipeline/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber } from "./command.js";
import { evaluationLines } from "./evaluate.js";
import { withRecipe } from "./recipe.js";

/** `histobook run STUDY`: all steps */
export function runCommand(): Command {
  const choices = Object.entries(presets).map(([name, { description }]) => `${name}: ${description}`);
  const command = newCommand("run", "all five steps and the evaluation")
    .argument("<study>", "the study folder")
    .option("--preset <name>", choices.join("; "), "standard")
    .option("--scale <factor>", "working pixels per pixel of the file (the study's own, else 0.5)", toNumber)
    .option("--engine <name>", engineChoices.join(", "))
    .option("--seed <number>", "(1)", toNumber)
    .option("--workers <number>", "worker threads (one a core)", toNumber);
  return withRecipe(command).action((directory: string, options: PipelineOptions & { json?: boolean }) =>
    perform(options, async (run) => {
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
