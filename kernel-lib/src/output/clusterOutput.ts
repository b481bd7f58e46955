import { resolve } from "node:path";
import {
  planStep,
  submitMissing,
  type PlannedJob,
  type ClusterOptions,
  type ClusterStep,
  type SchedulerName,
  type Submitted,
} from "../cluster/index.js";
import { commandLineOptions, fingerprint, numberOption } from "../foundation/index.js";
import { readManifest } from "../study/index.js";
import { outputJobs, type OutputOptions } from "./jobs.js";

/** What a cluster is to do of step 5, and how. */
export type ClusterOutputOptions = OutputOptions & {
  /** What a job asks its cluster for. */
  cluster?: ClusterOptions;
  /** Among how many tasks the images are shared; default one an image, at most 100. */
  tasks?: number;
};

/** More tasks than this are refused by many schedulers, and wait longer than they work. */
const usualTasks = 100;

/**
 * Hands step 5 to a cluster's scheduler, as one array whose tasks share the images, and does not wait for it.
 *
 * @throws HistobookError as `output` before its first image; `NoScheduler`, `SchedulerRefused`.
 */
export function submitOutput(
  directory: string,
  place: SchedulerName,
  options: ClusterOutputOptions = {},
): Promise<Submitted> {
  const study = resolve(directory);
  return submitMissing(study, place, outputStep(study, options), options.cluster ?? {});
}

/**
 * The script that `submitOutput` would hand over; needs no scheduler.
 *
 * @throws HistobookError as `submitOutput`.
 */
export function planOutput(
  directory: string,
  place: SchedulerName,
  options: ClusterOutputOptions = {},
): Promise<PlannedJob> {
  const study = resolve(directory);
  return planStep(study, place, outputStep(study, options), options.cluster ?? {});
}

/**
 * Step 5 as an array of tasks.
 *
 * @param images how many there are, where the study does not know it yet
 */
export function outputStep(directory: string, options: ClusterOutputOptions, images?: number): ClusterStep {
  const count = images ?? outputJobs(directory, options).reduce((sum, { cases }) => sum + cases.length, 0);
  const of = Math.min(
    Math.max(1, count),
    numberOption("--tasks", options.tasks ?? usualTasks, { minimum: 1, integer: true }),
  );
  const args = ["output", directory, ...outputArguments(options)];
  // A network that was trained anew makes other maps.
  const models = images === undefined ? readManifest(directory).models : null;
  return {
    step: "output",
    args,
    tasks: Array.from({ length: of }, (_, i) => ({
      label: `images ${i + 1}/${of}`,
      args: ["--share", `${i + 1}/${of}`],
      key: fingerprint(["output", args, models, i, of]),
    })),
  };
}

/** The options as the command takes them; paths as seen from anywhere. */
function outputArguments(options: OutputOptions): string[] {
  const path = (file: string | undefined): string | undefined => file && resolve(file);
  const { image, tiled, tissueMask } = options;
  const { fold, images, model, mean, scale, mode, stride, fill, oversample, rotations, firstLine } = options;
  const { windowShare, classThreshold, seed, out, engine, also } = options;
  return commandLineOptions({
    fold,
    images: path(images),
    image: path(image),
    tiled: tiled || undefined,
    noTissueMask: tissueMask === false || undefined,
    model: path(model),
    mean: path(mean),
    scale,
    mode,
    stride,
    fill,
    oversample: oversample || undefined,
    rotations: rotations || undefined,
    firstLine,
    windowShare,
    classThreshold,
    seed,
    out: path(out),
    engine,
    also,
  });
}
