import type { Command } from "commander";
import { writeWholeFile } from "../foundation/index.js";
import { evaluationReport } from "../display/index.js";
import { evaluate, evaluationCsv, type EvaluateOptions, type Evaluation } from "../evaluation/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, showScore, toNumber, toNumberOrAuto } from "./command.js";
import { withCriterion } from "./threshold.js";

/** The command's options beside the function's. */
type EvaluateCommandOptions = Omit<EvaluateOptions, "report"> & {
  out?: string;
  csv?: string;
  report?: string;
  pictures?: number;
  json?: boolean;
};

/** `histobook evaluate STUDY` */
export function evaluateCommand(): Command {
  const command = newCommand("evaluate", "compare the pictures with the masks: F-score and the rest")
    .argument("<study>", "the study folder")
    .option(
      "--threshold <probability>",
      "auto (chosen on validation patients) or a number that was fixed beforehand",
      toNumberOrAuto,
    );
  return withCriterion(command)
    .option("--fold <number>", "only this fold (all)", toNumber)
    .option(
      "--seed <number>",
      "of the pixels that a threshold is chosen on, and of the intervals (1)",
      toNumber,
    )
    .option("--repeats <number>", "draws of patients for the 95 % intervals (1000)", toNumber)
    .option("--out <file>", "write the whole evaluation there, as JSON")
    .option("--csv <file>", "write all figures there, as a table")
    .option("--report <file>", "write a report with charts and pictures there, as one HTML page")
    .option(
      "--pictures <number>",
      "images with pictures in the report, from the worst to the best (12)",
      toNumber,
    )
    .action((directory: string, options: EvaluateCommandOptions) =>
      perform(options, async (run) => {
        const study = openStudy(directory);
        const result = await evaluate(study, { ...options, ...run });
        const { out, csv, report, pictures } = options;
        if (out !== undefined) writeWholeFile(out, JSON.stringify(result, null, 1) + "\n");
        if (csv !== undefined) writeWholeFile(csv, evaluationCsv(result));
        if (report !== undefined) {
          writeWholeFile(report, await evaluationReport(result, study, { pictures, ...run }));
        }
        // The pixels by level stand in the report alone: a line is for the scores.
        const patients = result.patients.map((patient) => ({ ...patient, levels: undefined }));
        return {
          data: { step: "evaluate", ...result, patients },
          lines: evaluationLines(result),
          skipped: result.skipped,
        };
      }),
    );
}

/** An evaluation for people. */
export function evaluationLines({ folds, pooled, averaged }: Evaluation): string[] {
  const row = (name: string, { atHalf, atThreshold, allEpithelium }: Evaluation["pooled"]): string =>
    `${name}: F-score ${showScore(atThreshold.fScore)} at the threshold, ${showScore(atHalf.fScore)} at 0.5, ` +
    `${showScore(allEpithelium.fScore)} if everything were called epithelium.`;
  return [
    ...folds.map((fold) => row(`Fold ${fold.fold} (threshold ${fold.threshold.toFixed(3)})`, fold)),
    row("All pixels of all test patients", pooled),
    row("Mean over patients", averaged),
  ];
}
