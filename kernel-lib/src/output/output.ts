import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { loadEngine, reportPassedOver } from "../engine/index.js";
import {
  cellSignal,
  fingerprint,
  fingerprintOfFile,
  isHistobookError,
  makeFolder,
  type Skipped,
} from "../foundation/index.js";
import { checkMagnification, trainingPixelSize } from "../models/index.js";
import {
  imageSize,
  pictureName,
  readImage,
  readManifest,
  readPixelSize,
  scaledSize,
  updateManifest,
  type Case,
  type Manifest,
  type PictureKind,
} from "../study/index.js";
import { outputJobs, type Job, type OutputOptions } from "./jobs.js";
import { writeLargeMap } from "./large/largeMap.js";
import { loadModel, type LoadedModel } from "./model.js";
import { modes, pooledAgreement, type Agreement, type ModeName } from "./modes/index.js";
import {
  moreFilePath,
  moreFilesOption,
  moreFilesThere,
  writeMoreFile,
  type MoreFileKind,
} from "./moreFiles.js";
import { storedMap, writeClassPicture, writeProbabilityPicture } from "./pictures.js";
import { shareOf } from "./share.js";
import { mapSettings, predictMap, windowCount, type MapSettings } from "./probabilityMap.js";

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
  /** How far the map agrees with window mode at the pixels that were classified both ways; null in window mode. */
  agreement: Agreement | null;
  /**
   * The share of the pixels where there is tissue, [0,1]; the others have probability 0 and the class background. Null where
   * no tissue mask was used.
   */
  tissue: number | null;
  /** True when they were there already. */
  reused: boolean;
}

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
 * Pictures that were made from the same image, model and options are kept. One bad image never stops the others.
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
  for (const job of jobs) {
    const model = loadModel(engine, job.files);
    try {
      checkMode(model, map, job, options);
      for (const one of job.cases)
        await outputCase({ job, one, model, map, directory, progress, options, result });
    } finally {
      model.classifier.dispose();
    }
    result.skipped.push(...job.problems);
  }
  result.agreement = pooledAgreement(result.images.map(({ agreement }) => agreement))?.agreement ?? null;
  return result;
}

/** From this many working pixels on a map is computed tile by tile. */
const largestUntiled = 25_000_000;

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

interface CaseWork {
  job: Job;
  one: Case;
  model: LoadedModel;
  map: Required<MapSettings>;
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
  const { stride, mode } = mapOptions;
  const home = fold === null || directory === undefined ? undefined : resolve(directory);
  try {
    const size = await imageSize(one.imagePath);
    const [width, height] = [scaledSize(size.width, scale), scaledSize(size.height, scale)];
    const large = fold === null && (options.tiled ?? width * height > largestUntiled);
    const picture = (kind: PictureKind): string =>
      join(folder, pictureName(one.name, kind, large ? "tif" : "png"));
    const [probability, classPath] = [picture("prob"), picture("class")];
    const entry = { name: one.name, fold, probability, class: classPath };
    const key = fingerprint([
      "map 3",
      await fingerprintOfFile(one.imagePath),
      model.key,
      scale,
      decisive(mapOptions),
    ]);
    const before = progress.done;
    const onWindows = (done: number, detail = one.name): void => progress.set(before + done, detail);
    const also = moreFilesOption(options.also);
    if (large) {
      if (also.length > 0) warnOfMissingFiles(one, also, options);
      const map = await writeLargeMap({
        ...entry,
        imagePath: one.imagePath,
        scale,
        folder,
        classifier: model.classifier,
        settings: mapOptions,
        key,
        tissueMask: options.tissueMask ?? true,
        micrometres: (await readPixelSize(one.imagePath))?.micrometres ?? null,
        onWindows,
        signal: options.signal ?? cellSignal(),
      });
      result.images.push({ ...entry, ...map });
      progress.done = before + windowCount(width, height, stride);
      return;
    }
    const path = home && relative(home, join(folder, one.name)).replaceAll("\\", "/");
    const earlier = home && path ? readManifest(home).maps[path] : undefined;
    const record = async (agreement: Agreement | null): Promise<void> => {
      if (!home || !path || fold === null) return;
      await recordMap(home, path, { key, fold, stride, mode, agreement }, job.files.model);
    };
    const there = moreFilesThere(folder, one.name);
    const isComplete =
      existsSync(probability) && existsSync(classPath) && also.every((kind) => there.includes(kind));
    if (earlier?.key === key && isComplete) {
      const agreement = earlier.agreement ?? null;
      await record(agreement);
      result.images.push({ ...entry, width, height, agreement, tissue: null, reused: true });
      progress.add(windowCount(width, height, stride));
      return;
    }
    const image = await readImage(one.imagePath, scale);
    const map = await predictMap(image, model.classifier, {
      ...mapOptions,
      signal: options.signal,
      onWindows,
    });
    makeFolder(folder);
    writeProbabilityPicture(probability, map);
    writeClassPicture(classPath, map);
    // Those that are there were made from an older map.
    for (const kind of new Set([...also, ...there])) {
      const mapped = {
        image,
        stored: storedMap(map),
        epithelium: map.epithelium,
        original: size,
        threshold: 0.5,
      };
      await writeMoreFile(moreFilePath(folder, one.name, kind), kind, mapped);
    }
    await record(map.agreement);
    result.images.push({ ...entry, width, height, agreement: map.agreement, tissue: null, reused: false });
  } catch (error) {
    if (!isHistobookError(error, "BadInput") || error.subject !== one.imagePath) throw error;
    result.skipped.push({ file: one.imagePath, reason: error.message });
  }
}

/** Says that a large image gets no files beside its map: they are made of whole pictures in memory. */
function warnOfMissingFiles({ imagePath }: Case, also: MoreFileKind[], { report }: OutputOptions): void {
  const message = `${imagePath} is mapped tile by tile, and gets no ${also.join(" and no ")}: --also is for smaller images.`;
  report?.({ event: "warning", step: "output", message });
}

/** Those settings that make another map: what only adaptive mode asks for makes none in the others. */
function decisive(settings: Required<MapSettings>): Partial<MapSettings> {
  const { mode, stride, fill, oversample, rotations, firstLine, ...comparing } = settings;
  const common = { mode, stride, ...(stride > 1 && { fill }), oversample, rotations, firstLine };
  if (mode === "window") return common;
  return mode === "adaptive" ? { ...common, ...comparing } : { ...common, seed: comparing.seed };
}

/** Writes down how a map was made; one that is reused may belong to a training that came to the same network anew. */
async function recordMap(
  directory: string,
  path: string,
  map: Omit<Manifest["maps"][string], "from" | "model">,
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
