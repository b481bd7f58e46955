import { join, resolve } from "node:path";
import {
  cellSignal,
  fingerprint,
  fingerprintOfFile,
  makeFolder,
  storedPath,
  writeWholeFile,
} from "../foundation/index.js";
import { recordedMap, type OpenRecording } from "../recording/index.js";
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
import type { Job, OutputOptions } from "./jobs.js";
import { writeLargeMap } from "./large/largeMap.js";
import type { LoadedModel } from "./model.js";
import type { Agreement } from "./modes/index.js";
import { moreFilePath, moreFilesThere, writeMoreFile, type MoreFileKind } from "./moreFiles.js";
import type { Progress } from "./outputProgress.js";
import { isWholePng, storedMap, writeClassPicture, writeProbabilityPicture } from "./pictures.js";
import { predictMap, windowCount, type MapSettings } from "./probabilityMap.js";

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
  /** Where they were computed, when they come from a recording; else they were computed here. */
  recorded?: string;
}

/** What one image's map is made with. */
export interface ImageWork {
  job: Job;
  model: LoadedModel;
  map: Required<MapSettings>;
  directory: string | undefined;
  progress: Progress;
  /** Where maps are taken from, if it holds them. */
  recording: OpenRecording | undefined;
  options: OutputOptions;
}

/** From this many working pixels on a map is computed tile by tile. */
const largestUntiled = 25_000_000;

/**
 * Makes one image's pictures, or finds those that were made from the same image, model and settings.
 *
 * @throws HistobookError `BadInput` about the image's file when it can't be read; `Interrupted`.
 */
export async function outputImage(one: Case, work: ImageWork): Promise<OutputImage> {
  const { job, options } = work;
  const size = await imageSize(one.imagePath);
  const [width, height] = [scaledSize(size.width, job.scale), scaledSize(size.height, job.scale)];
  // A fold's own images are evaluated, which takes them whole.
  const isLarge = job.fold === null && (options.tiled ?? width * height > largestUntiled);
  const picture = (kind: PictureKind): string =>
    join(job.folder, pictureName(one.name, kind, isLarge ? "tif" : "png"));
  const files = { probability: picture("prob"), class: picture("class") };
  const key = fingerprint([
    "map 3",
    await fingerprintOfFile(one.imagePath),
    work.model.key,
    job.scale,
    decisive(work.map),
  ]);
  const task = { one, size, width, height, files, key };
  return isLarge ? largeImage(task, work) : smallImage(task, work);
}

interface ImageTask {
  one: Case;
  /** The file's. */
  size: { width: number; height: number };
  /** At the working scale. */
  width: number;
  height: number;
  files: Pick<OutputImage, "probability" | "class">;
  /** Of everything that decides the map. */
  key: string;
}

async function largeImage(
  { one, width, height, files, key }: ImageTask,
  work: ImageWork,
): Promise<OutputImage> {
  const { job, model, map: settings, progress, options } = work;
  const { also = [] } = options;
  if (also.length > 0) warnOfMissingFiles(one, also, options);
  const before = progress.done;
  const entry = { name: one.name, fold: null, ...files };
  const map = await writeLargeMap({
    ...entry,
    imagePath: one.imagePath,
    scale: job.scale,
    folder: job.folder,
    classifier: model.classifier,
    settings,
    key,
    tissueMask: options.tissueMask ?? true,
    micrometres: (await readPixelSize(one.imagePath))?.micrometres ?? null,
    onWindows: (done, detail = one.name) => progress.set(before + done, detail),
    signal: options.signal ?? cellSignal(),
  });
  progress.done = before + windowCount(width, height, settings.stride);
  return { ...entry, ...map };
}

async function smallImage(
  { one, size, width, height, files, key }: ImageTask,
  work: ImageWork,
): Promise<OutputImage> {
  const { job, model, map: settings, directory, progress, recording, options } = work;
  const { fold, folder } = job;
  const home = fold === null || directory === undefined ? undefined : resolve(directory);
  const path = home && storedPath(home, join(folder, one.name));
  const earlier = home && path ? readManifest(home).maps[path] : undefined;
  const record = async (agreement: Agreement | null, recorded?: string): Promise<void> => {
    if (!home || !path || fold === null) return;
    const { stride, mode } = settings;
    const made = { key, fold, stride, mode, agreement, ...(recorded !== undefined && { recorded }) };
    await recordMap(home, path, made, job.files.model);
  };
  const entry = { name: one.name, fold, ...files, width, height, tissue: null };
  const { also = [] } = options;
  const there = moreFilesThere(folder, one.name);
  const isComplete = Object.values(files).every(isWholePng) && also.every((kind) => there.includes(kind));
  if (earlier?.key === key && isComplete) {
    const { agreement = null, recorded } = earlier;
    await record(agreement, recorded);
    progress.add(windowCount(width, height, settings.stride));
    return { ...entry, agreement, reused: true, ...(recorded !== undefined && { recorded }) };
  }
  const replayed = path && also.length === 0 ? recording && recordedMap(recording, path, key) : undefined;
  if (replayed) {
    const { agreement = null, recorded } = replayed.record;
    makeFolder(folder);
    writeWholeFile(files.probability, replayed.pictures[0]);
    writeWholeFile(files.class, replayed.pictures[1]);
    await record(agreement, recorded);
    progress.add(windowCount(width, height, settings.stride));
    return { ...entry, agreement, reused: false, recorded };
  }
  const image = await readImage(one.imagePath, job.scale);
  const before = progress.done;
  const map = await predictMap(image, model.classifier, {
    ...settings,
    signal: options.signal,
    onWindows: (done) => progress.set(before + done, one.name),
  });
  makeFolder(folder);
  writeProbabilityPicture(files.probability, map);
  writeClassPicture(files.class, map);
  // Those that are there were made from an older map.
  const kinds = new Set([...also, ...there]);
  if (kinds.size > 0) {
    const { epithelium } = map;
    const mapped = { image, stored: storedMap(map), epithelium, original: size, threshold: 0.5 };
    for (const kind of kinds) await writeMoreFile(moreFilePath(folder, one.name, kind), kind, mapped);
  }
  await record(map.agreement);
  return { ...entry, agreement: map.agreement, reused: false };
}

/** Says that a large image gets no files beside its map: they are made of whole pictures in memory. */
function warnOfMissingFiles(
  { imagePath }: Case,
  also: readonly MoreFileKind[],
  { report }: OutputOptions,
): void {
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
  const model = storedPath(directory, modelPath);
  await updateManifest(directory, (manifest) => {
    const newest = manifest.models[map.fold] as Manifest["models"][string] | undefined;
    const from = newest?.file === model ? newest.key : null;
    // By name, whichever of several processes was first.
    const maps = Object.entries({ ...manifest.maps, [path]: { ...map, from, model } });
    maps.sort(([one], [other]) => (one < other ? -1 : 1));
    return { ...manifest, maps: Object.fromEntries(maps) };
  });
}
