import type { Command } from "commander";
import { makePatches, type PatchOptions } from "../patches/index.js";
import { openStudy } from "../study/index.js";
import { newCommand, perform, toNumber, toNumbers } from "./command.js";

/** `histobook patches STUDY`: step 1 */
export function patchesCommand(): Command {
  return newCommand("patches", "step 1: cut labelled patches out of the images")
    .argument("<study>", "the study folder, with images/ in it")
    .option("--scale <factor>", "working pixels per pixel of the file (the study's own, else 0.5)", toNumber)
    .option("--size <pixels>", "side of a patch (32)", toNumber)
    .option("--per-image <count>", "epithelium positions an image, at most (5000)", toNumber)
    .option("--edge-ratio <ratio>", "edge positions per epithelium position (1)", toNumber)
    .option("--background-ratio <ratio>", "background positions per epithelium position (0.3)", toNumber)
    .option("--rotations <degrees>", "rotations of each patch, counter-clockwise (0,90)", toNumbers)
    .option("--white <share>", "grey above which a pixel is white (0.8)", toNumber)
    .option("--centre <rule>", "where the labelled pixel lies: inference (default) or original")
    .option("--mask-rule <rule>", "how a reduced mask becomes binary: majority (default) or fringe")
    .option("--white-edges <rule>", "white pixels as centres of edge patches: remove (default) or keep")
    .option(
      "--regions <module>",
      "JavaScript whose default export divides an image into regions (the tutorial's)",
    )
    .option("--seed <number>", "(1)", toNumber)
    .option("--workers <number>", "worker threads (one a core)", toNumber)
    .option("--direct", "choose positions only; step 3 then cuts the patches without PNG files")
    .action((directory: string, options: PatchOptions & { json?: boolean }) =>
      perform(options, async (run) => {
        const result = await makePatches(openStudy(directory), { ...options, ...run });
        const { total, p, e, b } = result.patches;
        return {
          data: { step: "patches", ...result },
          lines: [
            `${total} patches from ${result.images} images at scale ${result.scale}: ` +
              `${p} epithelium, ${e} edge, ${b} background.`,
          ],
          skipped: result.skipped,
        };
      }),
    );
}
