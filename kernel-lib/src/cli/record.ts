import type { Command } from "commander";
import { recordStudy } from "../recording/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook record STUDY FILE` */
export function recordCommand(): Command {
  return newCommand(
    "record",
    "pack a study's networks, curves and maps into one file, to be replayed elsewhere",
  )
    .argument("<study>", "the study folder")
    .argument("<file>", "the recording to write, e.g. epithelium.recording.tgz")
    .action((directory: string, file: string, options: { json?: boolean }) =>
      perform(options, async () => {
        const recorded = await recordStudy(openStudy(directory), file);
        const folds = `${recorded.folds.length} ${recorded.folds.length === 1 ? "network" : "networks"}`;
        return {
          data: { step: "record", ...recorded },
          lines: [
            `${file}: ${folds}, ${recorded.maps} maps.`,
            `Replay it with --replay ${file}, or for a whole room with HISTOBOOK_REPLAY=${file} in the environment.`,
          ],
        };
      }),
    );
}
