import { existsSync } from "node:fs";
import type { Command } from "commander";
import { followJobs, placeOfWork, places, type Place } from "../cluster/index.js";
import { engineChoices } from "../engine/index.js";
import { choiceOption, type RunOptions } from "../foundation/index.js";
import {
  moreFilesOption,
  output,
  planOutput,
  submitOutput,
  pooledAgreement,
  type Agreement,
  type OutputImage,
  type OutputOptions,
  type OutputResult,
} from "../output/index.js";
import { openStudy } from "../study/index.js";
import {
  clusterOptions,
  plannedOutcome,
  submittedOutcome,
  withClusterOptions,
  type ClusterFlags,
} from "./clusterOptions.js";
import { newCommand, perform, toNumber, type Outcome } from "./command.js";

type Options = OutputOptions & ClusterFlags & { json?: boolean; tasks?: number };

/** `histobook output STUDY`: step 5 */
export function outputCommand(): Command {
  const command = newCommand("output", "step 5: write probability and class pictures of a fold's test images")
    .argument("[study]", "the study folder; need not exist with --images, --model and --mean")
    .option("--fold <number>", "only this fold (all that have a model)", toNumber)
    .option("--images <folder>", "classify these images (tif, png, jpg) instead")
    .option("--image <file>", "classify this image instead, e.g. a whole slide")
    .option(
      "--tiled",
      "with --image and --images: tile by tile, in little memory, into TIFFs (above 25 million working pixels)",
    )
    .option("--no-tissue-mask", "tile by tile: classify white as well, which is passed over otherwise")
    .option("--replay <file>", "take what this recording holds of the same images and models from there")
    .option("--model <file>", "a .caffemodel (the fold's)")
    .option("--mean <file>", "a mean image, .binaryproto (the fold's)")
    .option("--scale <factor>", "working pixels per pixel of the file (the model's)", toNumber)
    .option(
      "--mode <name>",
      "window: every pixel's own window; dense: the whole image at once; adaptive: the windows that matter (window)",
    )
    .option(
      "--stride <pixels>",
      "compute every n-th pixel of every n-th row and fill the others (1)",
      toNumber,
    )
    .option("--fill <how>", "with a stride: nearest, or linear between computed pixels (nearest)")
    .option("--oversample", "average each window with its mirror image, as the original did in ten passes")
    .option("--rotations", "average each window with itself turned by 90, 180 and 270 degrees")
    .option("--first-line <what>", "row 0 and column 0: predict, or leave as the original did (predict)")
    .option(
      "--window-share <share>",
      "adaptive: the share of the windows that are classified (0.1)",
      toNumber,
    )
    .option("--class-threshold <probability>", "adaptive: by which pixels will be told apart (0.5)", toNumber)
    .option("--seed <number>", "draws the pixels at which a mode is compared with window (1)", toNumber)
    .option(
      "--also <kinds>",
      "write more at threshold 0.5: overlay (picture), geojson (outlines for QuPath), prob16 (TIFF of 16 bits)",
      moreFilesOption,
    )
    .option("--out <folder>", "where the pictures go (STUDY/out)")
    .option("--share <part>", "only a part of the images, e.g. 3/10: every tenth, from the third on")
    .option("--engine <name>", engineChoices.join(", "));
  return withClusterOptions(command, "the images shared among an array of jobs")
    .option("--tasks <number>", "with --on: so many tasks (one an image, at most 100)", toNumber)
    .option("--dry-run", "with --on: print the job's script, and hand nothing over")
    .action((study: string | undefined, options: Options) =>
      perform(options, async (run) => {
        const onCluster = await clusterOutcome(study, options, run);
        if (onCluster) return onCluster;
        const directory =
          study !== undefined && isElsewhere(options) && !existsSync(study) ? undefined : study;
        const result = await output(directory, { ...options, ...run });
        const reused = result.images.filter((image) => image.reused).length;
        const before = reused > 0 ? ` (${reused} as before)` : "";
        return {
          data: { step: "output", ...result },
          lines: [
            `Engine: ${result.engine}.`,
            `${result.images.length} images classified${before}.`,
            ...result.images.flatMap(tissueLine),
            ...agreementLines(result),
          ],
          skipped: result.skipped,
        };
      }),
    );
}

/** The outcome of step 5 on a cluster; undefined where it is done here. */
async function clusterOutcome(
  study: string | undefined,
  options: Options,
  { report, signal }: RunOptions,
): Promise<Outcome | undefined> {
  const wanted = choiceOption<Place>("--on", options.on ?? "local", places);
  if (wanted === "local") return undefined;
  // The jobs' scripts and logs lie in it.
  const { directory } = openStudy(study ?? "");
  const given = { ...options, cluster: clusterOptions(options) };
  if (options.dryRun) return plannedOutcome("output", [await planOutput(directory, wanted, given)]);
  const place = placeOfWork(wanted, "the images are classified on this machine instead", report);
  if (place === "local") return undefined;
  const { job, places: tasks } = await submitOutput(directory, place, given);
  if (options.wait) await followJobs(directory, tasks, "output", { report, signal });
  return submittedOutcome(directory, "output", job === null ? [] : [job]);
}

/** Whether the images are named, so that there need be no study. */
function isElsewhere({ images, image }: OutputOptions): boolean {
  return images !== undefined || image !== undefined;
}

/** What the tissue mask has passed over. */
function tissueLine({ name, tissue }: OutputImage): string[] {
  if (tissue === null) return [];
  const share = (100 * (1 - tissue)).toFixed(1);
  return [`${name}: ${share} % is white and was passed over, with probability 0 and the class background.`];
}

/** How far the maps agree with window mode: each image's, and all together. */
function agreementLines({ images, mode }: OutputResult): string[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const words = (what: string, { pixels, agreement, meanDifference, largestDifference }: Agreement): string =>
    `${what}: mode ${mode} gives ${percent(agreement)} of ${pixels} compared pixels window mode's class; ` +
    `probabilities differ by ${meanDifference.toFixed(4)} on average, by ${largestDifference.toFixed(4)} at most.`;
  const lines = images.flatMap(({ name, agreement }) => (agreement ? [words(name, agreement)] : []));
  const all = pooledAgreement(images.map(({ agreement }) => agreement));
  return all && lines.length > 1 ? [...lines, words("All images", all)] : lines;
}
