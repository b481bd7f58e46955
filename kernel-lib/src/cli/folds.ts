import type { Command } from "commander";
import { makeFolds, type FoldsOptions } from "../folds/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook folds STUDY`: step 2 */
export function foldsCommand(): Command {
  return newCommand("folds", "step 2: split the patients into folds and write the lists")
    .argument("<study>", "the study folder")
    .option("--folds <number>", "(5)", toNumber)
    .option("--validation <share>", "training patients kept aside for choosing the threshold (0.2)", toNumber)
    .option("--stratify", "balance the folds by each patient's share of epithelium")
    .option(
      "--separator <kind>",
      "between a file and its class: tab (default) or space, which Caffe's tool needs",
    )
    .option("--seed <number>", "(1)", toNumber)
    .action((directory: string, options: FoldsOptions & { json?: boolean }) =>
      perform(options, async (run) => {
        const result = await makeFolds(openStudy(directory), { ...options, ...run });
        return {
          data: { step: "folds", ...result },
          lines: result.folds.map(
            ({ fold, train, validation, test }) =>
              `Fold ${fold}: ${train.length} patients train, ${validation.length} validate, ${test.length} test.`,
          ),
        };
      }),
    );
}
