import type { Command } from "commander";
import { applyThresholds, thresholdCriteria, type ApplyThresholdOptions } from "../evaluation/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber, toNumberOrAuto } from "./command.js";

/** `histobook threshold STUDY` */
export function thresholdCommand(): Command {
  const command = newCommand("threshold", "turn probability pictures into binary ones at a threshold")
    .argument("<study>", "the study folder")
    .option(
      "--value <probability>",
      "auto (chosen on validation patients), or a number, which evaluate then refuses as exploratory",
      toNumberOrAuto,
    );
  return withCriterion(command)
    .option("--fold <number>", "only this fold (all)", toNumber)
    .action((directory: string, options: ApplyThresholdOptions & { json?: boolean }) =>
      perform(options, async (run) => {
        const result = await applyThresholds(openStudy(directory), { ...options, ...run });
        return {
          data: { step: "threshold", ...result },
          lines: [
            ...result.folds.map(({ fold, value }) => `Fold ${fold}: threshold ${value.toFixed(3)}.`),
            `${result.files.length} binary pictures written.`,
          ],
        };
      }),
    );
}

/** Adds the options that say by what a threshold is chosen. */
export function withCriterion(command: Command): Command {
  return command
    .option(
      "--choose <criterion>",
      `what the threshold shall make highest: ${thresholdCriteria.join(", ")} (f-score)`,
    )
    .option(
      "--at-least <score>",
      "the recall that 'precision' must keep, or the precision that 'recall' must keep",
      toNumber,
    );
}
