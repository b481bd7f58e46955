import { existsSync } from "node:fs";
import type { Command } from "commander";
import { engineChoices } from "../engine/index.js";
import { HistobookError } from "../foundation/index.js";
import { output, type OutputOptions } from "../output/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook output STUDY`: step 5 */
export function outputCommand(): Command {
  return newCommand("output", "step 5: write probability and class pictures of a fold's test images")
    .argument("[study]", "the study folder; need not exist with --images, --model and --mean")
    .option("--fold <number>", "only this fold (all that have a model)", toNumber)
    .option("--images <folder>", "classify these images (tif, png, jpg) instead")
    .option("--model <file>", "a .caffemodel (the fold's)")
    .option("--mean <file>", "a mean image, .binaryproto (the fold's)")
    .option("--scale <factor>", "working pixels per pixel of the file (the model's)", toNumber)
    .option(
      "--mode <name>",
      "window: every pixel's own window (dense and adaptive come in a later version)",
      "window",
    )
    .option(
      "--stride <pixels>",
      "compute every n-th pixel of every n-th row and fill the others (1)",
      toNumber,
    )
    .option("--oversample", "average each window with its mirror image, as the original did in ten passes")
    .option("--first-line <what>", "row 0 and column 0: predict, or leave as the original did (predict)")
    .option("--out <folder>", "where the pictures go (STUDY/out)")
    .option("--engine <name>", engineChoices.join(", "))
    .action(
      (study: string | undefined, options: Omit<OutputOptions, "mode"> & { json?: boolean; mode: string }) =>
        perform(options, async (run) => {
          checkMode(options.mode);
          const directory =
            study !== undefined && options.images !== undefined && !existsSync(study) ? undefined : study;
          const result = await output(directory, { ...options, mode: "window", ...run });
          const reused = result.images.filter((image) => image.reused).length;
          const before = reused > 0 ? ` (${reused} as before)` : "";
          return {
            data: { step: "output", ...result },
            lines: [`Engine: ${result.engine}.`, `${result.images.length} images classified${before}.`],
            skipped: result.skipped,
          };
        }),
    );
}

function checkMode(mode: string): void {
  if (mode === "window") return;
  const known = mode === "dense" || mode === "adaptive";
  throw new HistobookError("BadOption", {
    subject: "--mode",
    found: `'${mode}'`,
    expected: known ? "window: this mode comes in a later version" : "window",
    fix: "leave it out; --stride 2 or more is faster",
  });
}
