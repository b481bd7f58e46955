import type { Command } from "commander";
import { applyThresholds } from "../output/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber, toNumberOrAuto } from "./command.js";

/** `histobook threshold STUDY` */
export function thresholdCommand(): Command {
  return newCommand("threshold", "turn probability pictures into binary ones at a threshold")
    .argument("<study>", "the study folder")
    .option("--value <probability>", "auto (chosen on validation patients) or a number", toNumberOrAuto)
    .option("--fold <number>", "only this fold (all)", toNumber)
    .action((directory: string, options: { value?: number | "auto"; fold?: number; json?: boolean }) =>
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
