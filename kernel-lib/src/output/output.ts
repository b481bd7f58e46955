import { join } from "node:path";
import { loadEngine, reportPassedOver } from "../engine/index.js";
import {
  cellSignal,
  isHistobookError,
  makeFolder,
  removeLeftovers,
  type Skipped,
} from "../foundation/index.js";
import { checkMagnification, trainingPixelSize } from "../models/index.js";
import { openReplay, type OpenRecording } from "../recording/index.js";
import type { Case } from "../study/index.js";
import { eachUnclaimed } from "./eachUnclaimed.js";
import { outputJobs, type Job, type OutputOptions } from "./jobs.js";
import { loadModel, type LoadedModel } from "./model.js";
import { modes, pooledAgreement, type ModeName } from "./modes/index.js";
import { moreFilesOption } from "./moreFiles.js";
import { outputImage, type ImageWork, type OutputImage } from "./outputImage.js";
import { openProgress } from "./outputProgress.js";
import { mapSettings, type MapSettings } from "./probabilityMap.js";
import { shareOf } from "./share.js";

/** What step 5 made. */
export interface OutputResult {
  engine: string;
  mode: ModeName;
  /**
   * The share of the pixels classified both ways whose class is window mode's, [0,1], over all images; null in window
   * mode.
   */
  agreement: number | null;
  images: OutputImage[];
  skipped: Skipped[];
}

/**
 * Step 5: writes a `_prob.png` and a `_class.png` of every test image of a fold, or of a folder's images.
 *
 * Pictures that were made from the same image, model and options are kept. One bad image never stops the others. Several processes
 * may work on one folder: each takes images that no other is at.
 *
 * @param directory the study; undefined when `images`, `model` and `mean` say everything
 * @throws HistobookError `MissingStep`, `ScaleMismatch`, `NoEngine`, `BadInput`, `BadOption`, `Interrupted`.
 */
export async function output(
  directory: string | undefined,
  options: OutputOptions = {},
): Promise<OutputResult> {
  const map = mapSettings(options);
  moreFilesOption(options.also);
  const jobs = shareOf(outputJobs(directory, options), options.share);
  for (const job of jobs) await checkMagnifications(job, options);
  if (directory !== undefined) removeLeftovers(directory);
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "output", options);
  const result: OutputResult = {
    engine: engine.description,
    mode: map.mode,
    agreement: null,
    images: [],
    skipped: [],
  };
  const progress = await openProgress(jobs, map.stride, options);
  const recording = await openReplay(options);
  for (const job of jobs) {
    const model = loadModel(engine, job.files);
    try {
      checkMode(model, map, job, options);
      await outputJob({ job, model, map, directory, progress, recording, options }, result);
    } finally {
      model.classifier.dispose();
    }
    result.skipped.push(...job.problems);
  }
  if (recording) sayWhatWasRecorded(recording, result, options);
  result.agreement = pooledAgreement(result.images.map(({ agreement }) => agreement))?.agreement ?? null;
  return result;
}

/** Which maps come from the recording, and which it did not hold. */
function sayWhatWasRecorded(
  { path }: OpenRecording,
  { images }: OutputResult,
  { report }: OutputOptions,
): void {
  const recorded = images.filter((image) => image.recorded !== undefined);
  const computed = images.filter((image) => image.recorded === undefined && !image.reused);
  const say = (message: string): void => report?.({ event: "warning", step: "output", message });
  if (recorded.length > 0)
    say(
      `${recorded.length} of ${images.length} maps were not computed here: they were ${recorded[0].recorded}.`,
    );
  if (computed.length > 0)
    say(
      `${path} does not hold ${computed.length} of ${images.length} maps as this study makes them, so they were computed here.`,
    );
}

/** Makes the pictures of one job's images; those that another process is at come last. */
async function outputJob(work: ImageWork, { images, skipped }: OutputResult): Promise<void> {
  const { cases, folder } = work.job;
  const made = new Map<string, OutputImage>();
  const make = async (one: Case): Promise<void> => {
    try {
      made.set(one.name, await outputImage(one, work));
    } catch (error) {
      if (!isHistobookError(error, "BadInput") || error.subject !== one.imagePath) throw error;
      skipped.push({ file: one.imagePath, reason: error.message, topic: error.topic });
    }
  };
  makeFolder(folder);
  removeLeftovers(folder);
  await eachUnclaimed(cases, ({ name }) => join(folder, name), make, work.options.signal ?? cellSignal());
  images.push(...cases.flatMap(({ name }) => made.get(name) ?? []));
}

/**
 * Stops before anything is computed when an image from elsewhere was scanned at another magnification than the model's training
 * images. Whoever gives a scale has decided.
 */
async function checkMagnifications(
  { fold, cases, files, scale }: Job,
  options: OutputOptions,
): Promise<void> {
  if (fold !== null || options.scale !== undefined) return;
  const trained = await trainingPixelSize(files, scale);
  if (trained !== undefined) {
    for (const { imagePath } of cases) await checkMagnification(imagePath, scale, trained);
  }
}

/** Stops before the first image when the network can't be used so, and says what a mode's numbers differ by. */
function checkMode(
  { classifier }: LoadedModel,
  { mode }: Required<MapSettings>,
  { files }: Job,
  { report }: OutputOptions,
): void {
  modes[mode].context(classifier);
  const differences = mode === "dense" ? classifier.dense!().differences : [];
  if (differences.length === 0) return;
  const message = `Mode dense is not exact for ${files.name}: ${differences.join("; ")}. The agreement with window mode is measured.`;
  report?.({ event: "warning", step: "output", message });
}
