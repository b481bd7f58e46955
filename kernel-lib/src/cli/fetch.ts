import type { Command } from "commander";
import { fetchTutorialData, tutorialData, type FetchOptions } from "../fetch/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook fetch DIR`: a study of the tutorial's own data set */
export function fetchCommand(): Command {
  return newCommand("fetch", "download the tutorial's own data set into a new study")
    .argument("<directory>", "a new folder; one with a download that broke off is gone on with")
    .option("--url <address>", `a mirror of ${tutorialData.url}`)
    .option("--file <archive>", "a .tgz that you have already, in place of a download")
    .option("--most-megabytes <number>", "what the archive may hold (50 times its size)", toNumber)
    .option("--sha256 <digits>", "the archive's checksum (the tutorial's)")
    .action((directory: string, options: FetchOptions & { json?: boolean }) =>
      perform(options, async (run) => {
        const result = await fetchTutorialData(directory, { ...options, ...run });
        const before = result.reused ? " (as before)" : "";
        const others = result.passedOver.length;
        return {
          data: { step: "fetch", ...result },
          lines: [
            `${result.images} images and ${result.masks} masks in ${result.directory}/images${before}.`,
            ...(others > 0 ? [`Passed over ${others} other files of the archive.`] : []),
          ],
        };
      }),
    );
}
