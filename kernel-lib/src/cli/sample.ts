import type { Command } from "commander";
import { createSample, openStudy, sampleAttribution } from "../study/index.js";
import { newCommand, perform } from "./command.js";

/** `histobook sample DIR` */
export function sampleCommand(): Command {
  return newCommand("sample", "make a study from the 20 embedded images (10 patients, colorectal biopsies)")
    .argument("<directory>", "a new or empty folder")
    .action((directory: string, options: { json?: boolean }) =>
      perform(options, async () => {
        const study = openStudy(await createSample(directory));
        const patients = new Set(study.cases.map(({ patient }) => patient)).size;
        return {
          data: { study: study.directory, images: study.cases.length, patients },
          lines: [
            `${study.directory}: ${study.cases.length} images of ${patients} patients.`,
            sampleAttribution,
          ],
        };
      }),
    );
}
