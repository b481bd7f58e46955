import type { Command } from "commander";
import {
  applyThresholds,
  thresholdCriteria,
  thresholdFiles,
  type ApplyThresholdOptions,
  type ThresholdResult,
} from "../evaluation/index.js";
import type { RunOptions } from "../foundation/index.js";
import { moreFilesOption } from "../output/index.js";
import { trainInnerFolds } from "../pipeline/index.js";
import { openStudy, pictureName, readManifest, type Study } from "../study/index.js";
import { newCommand, perform, toNumber, toNumberOrAuto } from "./command.js";

/** The command's options beside the function's. */
type ThresholdCommandOptions = ApplyThresholdOptions & { innerFolds?: number; json?: boolean };

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
    .option(
      "--also <kinds>",
      "write more at the threshold: overlay (the image with what is epithelium), geojson (outlines for QuPath)",
      (value: string) => moreFilesOption(value, thresholdFiles),
    )
    .option("--fold <number>", "only this fold (all)", toNumber)
    .option(
      "--inner-folds <number>",
      "without validation patients: split the training patients again into so many folds and train a network for each",
      toNumber,
    )
    .action((directory: string, options: ThresholdCommandOptions) =>
      perform(options, async (run) => {
        const study = openStudy(directory);
        if (options.innerFolds !== undefined) await trainAllInnerFolds(study, options, run);
        const result = await applyThresholds(study, { ...options, ...run });
        return {
          data: { step: "threshold", ...result },
          lines: [
            ...result.folds.map(({ fold, value }) => `Fold ${fold}: threshold ${value.toFixed(3)}.`),
            writtenWords(result),
          ],
        };
      }),
    );
}

function writtenWords({ files }: ThresholdResult): string {
  const binary = files.filter((file) => file.endsWith(pictureName("", "binary"))).length;
  const more = files.length > binary ? `, and ${files.length - binary} files more` : "";
  return `${binary} binary pictures written${more}.`;
}

async function trainAllInnerFolds(
  study: Study,
  { fold, innerFolds }: ThresholdCommandOptions,
  run: RunOptions,
): Promise<void> {
  const trained = Object.keys(readManifest(study.directory).models).map(Number);
  for (const one of fold === undefined ? trained : [fold]) {
    await trainInnerFolds(study, one, { folds: innerFolds, ...run });
  }
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
