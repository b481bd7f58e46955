import type { Command } from "commander";
import { makeDatabases, type DatabasesOptions } from "../databases/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook databases STUDY`: step 3 */
export function databasesCommand(): Command {
  return newCommand("databases", "step 3: write the LevelDB databases and mean images")
    .argument("<study>", "the study folder")
    .option("--fold <number>", "only this fold (all)", toNumber)
    .option("--shuffle", "shuffle the lists, seeded (the default)")
    .option("--no-shuffle", "keep the lists' order")
    .option("--direct", "cut the patches from the images instead of reading PNG files")
    .option("--seed <number>", "(1)", toNumber)
    .option("--workers <number>", "worker threads (one a core)", toNumber)
    .action((directory: string, options: DatabasesOptions & { json?: boolean }) =>
      perform(options, async (run) => {
        const result = await makeDatabases(openStudy(directory), { ...options, ...run });
        return {
          data: { step: "databases", ...result },
          lines: result.folds.map(
            ({ fold, train, test, made }) =>
              `Fold ${fold}: ${train.count} training and ${test.count} test patches${made ? "" : " (as before)"}.`,
          ),
        };
      }),
    );
}
