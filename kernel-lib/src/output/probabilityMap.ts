import type { Classifier } from "../engine/index.js";
import { cellSignal, choiceOption, numberOption } from "../foundation/index.js";
import type { Raster } from "../study/index.js";
import {
  classifyWindows,
  modeNames,
  modes,
  turnsFor,
  viewsOf,
  type Agreement,
  type ModeName,
} from "./modes/index.js";
import { fillings, strideIndices, type Filling } from "./stride.js";

/** The probability of epithelium at every pixel of an image. */
export interface ProbabilityMap {
  width: number;
  height: number;
  /** [0,1], row by row; not a number where nothing was predicted (the original's first row and column). */
  epithelium: Float32Array;
}

/** A map, and how it came about. */
export interface PredictedMap extends ProbabilityMap {
  mode: ModeName;
  /** How many pixels' own windows were classified. */
  windows: number;
  /** How far it agrees with window mode at pixels that were classified both ways; null in window mode. */
  agreement: Agreement | null;
}

/** Whether the first row and the first column of an image are predicted. */
export type FirstLine = "predict" | "leave";

/** What decides a map's values. */
export interface MapSettings {
  /**
   * `window` (default) classifies every pixel's own window; `dense` the whole image at once; `adaptive` those windows
   * that matter.
   */
  mode?: ModeName;
  /** Compute every n-th pixel of every n-th row and fill the others; default 1, every pixel. */
  stride?: number;
  /** How pixels between computed ones are filled: `nearest` (default), or `linear` between the four round them. */
  fill?: Filling;
  /** Average each window's probabilities with its mirror image's, as the original did; default false. */
  oversample?: boolean;
  /** Average each window's probabilities with those of the window turned by 90, 180 and 270 degrees; default false. */
  rotations?: boolean;
  /** What becomes of row 0 and column 0: `predict` (default), or `leave`, as the original's loops did. */
  firstLine?: FirstLine;
  /** Adaptive mode: the share of the pixels whose own windows it classifies, [0,1]; default 0.1. */
  windowShare?: number;
  /** Adaptive mode: the probability by which pixels will be told apart, [0,1]; default 0.5. */
  classThreshold?: number;
  /** Which pixels are drawn for comparing a mode with window mode; default 1. */
  seed?: number;
}

/** How a map is computed. */
export interface MapOptions extends MapSettings {
  /** Called with the number of computed pixels that are done so far. */
  onWindows?: (done: number) => void;
  signal?: AbortSignal;
}

/**
 * Completes and checks what decides a map's values.
 *
 * @throws HistobookError `BadOption`.
 * @example
 * mapSettings({ stride: 4 }).fill; // => "nearest"
 */
export function mapSettings(given: MapSettings): Required<MapSettings> {
  return {
    mode: choiceOption("--mode", given.mode ?? "window", modeNames),
    stride: numberOption("--stride", given.stride ?? 1, { minimum: 1, integer: true }),
    fill: choiceOption("--fill", given.fill ?? "nearest", Object.keys(fillings) as Filling[]),
    oversample: given.oversample ?? false,
    rotations: given.rotations ?? false,
    firstLine: choiceOption("--first-line", given.firstLine ?? "predict", ["predict", "leave"]),
    windowShare: numberOption("--window-share", given.windowShare ?? 0.1, { minimum: 0, maximum: 1 }),
    classThreshold: numberOption("--class-threshold", given.classThreshold ?? 0.5, {
      minimum: 0,
      maximum: 1,
    }),
    seed: numberOption("--seed", given.seed ?? 1, { integer: true }),
  };
}

/**
 * Gives every pixel of an image its probability of epithelium (tutorial step 5).
 *
 * @param image RGB at the working scale, of any size from 1 x 1 up
 * @param classifier for mode dense one that `createClassifier` made
 * @throws HistobookError `BadOption`, `Interrupted`, `Unsupported` when the network has no dense form.
 */
export async function predictMap(
  image: Raster,
  classifier: Classifier,
  options: MapOptions = {},
): Promise<PredictedMap> {
  const { mode, stride, fill, firstLine, windowShare, classThreshold, seed, ...turns } = mapSettings(options);
  const { onWindows, signal = cellSignal() } = options;
  const { width, height } = image;
  const context = modes[mode].context(classifier);
  const {
    epithelium: computed,
    windows,
    agreement,
  } = await modes[mode].fill({
    classifier,
    views: viewsOf(image, classifier.patchSize, context, turnsFor(turns)),
    rows: strideIndices(height, stride),
    columns: strideIndices(width, stride),
    threshold: classThreshold,
    windowShare,
    seed,
    onWindows,
    signal,
  });
  const epithelium = stride === 1 ? computed : fillings[fill](computed, width, height, stride);
  if (firstLine === "leave") clearFirstLine(epithelium, { left: 0, top: 0, width });
  return { width, height, epithelium, mode, windows, agreement };
}

/** Leaves row 0 and column 0 of an image out, where they lie in this part of it. */
export function clearFirstLine(
  values: Float32Array,
  { left, top, width }: { left: number; top: number; width: number },
): void {
  if (top === 0) values.fill(NaN, 0, width);
  if (left === 0) for (let start = 0; start < values.length; start += width) values[start] = NaN;
}

/** How many pixels of a map are computed. */
export function windowCount(width: number, height: number, stride: number): number {
  return Math.ceil(width / stride) * Math.ceil(height / stride);
}

/**
 * Classifies the windows of single pixels.
 *
 * @param positions row * width + column
 * @returns their probabilities of epithelium, [0,1]
 */
export async function predictPixels(
  image: Raster,
  classifier: Classifier,
  positions: Uint32Array,
  { oversample = false, rotations = false, ...run }: Omit<MapOptions, "mode"> = {},
): Promise<Float32Array> {
  const views = viewsOf(image, classifier.patchSize, 0, turnsFor({ oversample, rotations }));
  const rows = positions.map((position) => Math.floor(position / image.width));
  const columns = positions.map((position) => position % image.width);
  return classifyWindows({ classifier, views, ...run }, rows, columns);
}
