import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { loadEngine, reportPassedOver } from "../engine/index.js";
import {
  choiceOption,
  fingerprint,
  isHistobookError,
  makeFolder,
  numberOption,
  type Skipped,
} from "../foundation/index.js";
import {
  imageSize,
  pictureName,
  readImage,
  readManifest,
  scaledSize,
  updateManifest,
  type Case,
  type Manifest,
} from "../study/index.js";
import { outputJobs, type Job, type OutputOptions } from "./jobs.js";
import { loadModel, type LoadedModel } from "./model.js";
import { writeClassPicture, writeProbabilityPicture } from "./pictures.js";
import { predictMap, windowCount, type MapOptions } from "./probabilityMap.js";

/** One image's pictures. */
export interface OutputImage {
  name: string;
  /** Null for a folder of images. */
  fold: number | null;
  /** Paths of the pictures, at the working size. */
  probability: string;
  class: string;
  width: number;
  height: number;
  /** True when they were there already. */
  reused: boolean;
}

/** What step 5 made. */
export interface OutputResult {
  engine: string;
  images: OutputImage[];
  skipped: Skipped[];
}

/**
 * Step 5: writes a `_prob.png` and a `_class.png` of every test image of a fold, or of a folder's images.
 *
 * Pictures that were made from the same image, model and options are kept. One bad image never stops the others.
 *
 * @param directory the study; undefined when `images`, `model` and `mean` say everything
 * @throws HistobookError `MissingStep`, `ScaleMismatch`, `NoEngine`, `BadInput`, `BadOption`, `Interrupted`.
 */
export async function output(
  directory: string | undefined,
  options: OutputOptions = {},
): Promise<OutputResult> {
  const stride = numberOption("--stride", options.stride ?? 1, { minimum: 1, integer: true });
  const map = {
    stride,
    oversample: options.oversample ?? false,
    firstLine: choiceOption("--first-line", options.firstLine ?? "predict", ["predict", "leave"]),
  };
  const jobs = outputJobs(directory, options);
  const engine = await loadEngine(options.engine);
  reportPassedOver(engine, "output", options);
  const result: OutputResult = { engine: engine.description, images: [], skipped: [] };
  const progress = await openProgress(jobs, stride, options);
  for (const job of jobs) {
    const model = loadModel(engine, job.files);
    try {
      for (const one of job.cases)
        await outputCase({ job, one, model, map, directory, progress, options, result });
    } finally {
      model.classifier.dispose();
    }
    result.skipped.push(...job.problems);
  }
  return result;
}

interface CaseWork {
  job: Job;
  one: Case;
  model: LoadedModel;
  map: Required<Pick<MapOptions, "stride" | "oversample" | "firstLine">>;
  directory: string | undefined;
  progress: Progress;
  options: OutputOptions;
  result: OutputResult;
}

async function outputCase({
  job,
  one,
  model,
  map: mapOptions,
  directory,
  progress,
  options,
  result,
}: CaseWork): Promise<void> {
  const { fold, scale, folder } = job;
  const { stride } = mapOptions;
  const probability = join(folder, pictureName(one.name, "prob"));
  const classPath = join(folder, pictureName(one.name, "class"));
  const entry = { name: one.name, fold, probability, class: classPath };
  const home = fold === null || directory === undefined ? undefined : resolve(directory);
  try {
    const size = await imageSize(one.imagePath);
    const [width, height] = [scaledSize(size.width, scale), scaledSize(size.height, scale)];
    const key = fingerprint([
      "map 2",
      fingerprint(readFileSync(one.imagePath)),
      model.key,
      scale,
      mapOptions,
    ]);
    const path = home && relative(home, join(folder, one.name)).replaceAll("\\", "/");
    const earlier = home && path ? readManifest(home).maps[path] : undefined;
    const record = async (): Promise<void> => {
      if (home && path && fold !== null) await recordMap(home, path, { key, fold, stride }, job.files.model);
    };
    if (earlier?.key === key && existsSync(probability) && existsSync(classPath)) {
      await record();
      result.images.push({ ...entry, width, height, reused: true });
      progress.add(windowCount(width, height, stride));
      return;
    }
    const image = await readImage(one.imagePath, scale);
    const before = progress.done;
    const map = await predictMap(image, model.classifier, {
      ...mapOptions,
      signal: options.signal,
      onWindows: (done) => progress.set(before + done, one.name),
    });
    makeFolder(folder);
    writeProbabilityPicture(probability, map);
    writeClassPicture(classPath, map);
    await record();
    result.images.push({ ...entry, width, height, reused: false });
  } catch (error) {
    if (!isHistobookError(error, "BadInput") || error.subject !== one.imagePath) throw error;
    result.skipped.push({ file: one.imagePath, reason: error.message });
  }
}

/** Writes down how a map was made; one that is reused may belong to a training that came to the same network anew. */
async function recordMap(
  directory: string,
  path: string,
  map: { key: string; fold: number; stride: number },
  modelPath: string,
): Promise<void> {
  const model = relative(directory, modelPath).replaceAll("\\", "/");
  await updateManifest(directory, (manifest) => {
    const newest = manifest.models[map.fold] as Manifest["models"][string] | undefined;
    const from = newest?.file === model ? newest.key : null;
    return { ...manifest, maps: { ...manifest.maps, [path]: { ...map, from, model } } };
  });
}

interface Progress {
  done: number;
  add(windows: number): void;
  set(done: number, detail: string): void;
}

async function openProgress(jobs: Job[], stride: number, { report }: OutputOptions): Promise<Progress> {
  let total = 0;
  for (const { cases, scale } of jobs) {
    for (const { imagePath } of cases) {
      // An image that can't be read is named when its turn comes.
      const size = await imageSize(imagePath).catch(() => undefined);
      if (size) total += windowCount(scaledSize(size.width, scale), scaledSize(size.height, scale), stride);
    }
  }
  const progress: Progress = {
    done: 0,
    add(windows) {
      progress.done += windows;
    },
    set(done, detail) {
      progress.done = done;
      report?.({ event: "progress", step: "output", done, total, unit: "windows", detail });
    },
  };
  return progress;
}
