import { setImmediate as nextTurn } from "node:timers/promises";
import type { Classifier } from "../engine/index.js";
import { cellSignal, stopIfAborted } from "../foundation/index.js";
import type { Raster } from "../study/index.js";
import { oversampled } from "./oversample.js";
import { fillNearest, strideIndices } from "./stride.js";
import { windowCutter } from "./windows.js";

/** The probability of epithelium at every pixel of an image. */
export interface ProbabilityMap {
  width: number;
  height: number;
  /** [0,1], row by row; not a number where nothing was predicted (the original's first row and column). */
  epithelium: Float32Array;
}

/** Whether the first row and the first column of an image are predicted. */
export type FirstLine = "predict" | "leave";

/** How a map is computed. */
export interface MapOptions {
  /** Compute every n-th pixel of every n-th row and fill the others; default 1, every pixel. */
  stride?: number;
  /** Average each window's probabilities with its mirror image's, as the original did; default false. */
  oversample?: boolean;
  /** What becomes of row 0 and column 0: `predict` (default), or `leave`, as the original's loops did. */
  firstLine?: FirstLine;
  /** Called with the number of windows done so far. */
  onWindows?: (done: number) => void;
  signal?: AbortSignal;
}

/** Windows a call to the network; more gain nothing on a processor and cost memory. */
const batchSize = 512;

/**
 * Classifies the window of every pixel of an image (tutorial step 5).
 *
 * @param image RGB at the working scale, of any size from 1 x 1 up
 * @throws HistobookError `Interrupted`.
 */
export async function predictMap(
  image: Raster,
  classifier: Classifier,
  options: MapOptions = {},
): Promise<ProbabilityMap> {
  const { stride = 1, oversample = false, firstLine = "predict", onWindows, signal = cellSignal() } = options;
  const { width, height } = image;
  const rows = strideIndices(height, stride);
  const columns = strideIndices(width, stride);
  const positions = new Uint32Array(rows.length * columns.length);
  for (let r = 0, k = 0; r < rows.length; r++) {
    for (let c = 0; c < columns.length; c++) positions[k++] = rows[r] * width + columns[c];
  }
  const used = oversample ? oversampled(classifier) : classifier;
  const computed = await predictPixels(image, used, positions, { onWindows, signal });
  const epithelium = stride === 1 ? computed : fillNearest(computed, width, height, stride);
  if (firstLine === "leave") clearFirstLine(epithelium, width);
  return { width, height, epithelium };
}

function clearFirstLine(values: Float32Array, width: number): void {
  values.fill(NaN, 0, width);
  for (let start = 0; start < values.length; start += width) values[start] = NaN;
}

/** How many windows a map takes. */
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
  { onWindows, signal }: Pick<MapOptions, "onWindows" | "signal"> = {},
): Promise<Float32Array> {
  const { patchSize, classes } = classifier;
  const cutter = windowCutter(image, patchSize);
  const windowBytes = patchSize * patchSize * 3;
  const epithelium = new Float32Array(positions.length);
  const buffer = new Uint8Array(Math.min(batchSize, positions.length) * windowBytes);
  for (let start = 0; start < positions.length; start += batchSize) {
    stopIfAborted(signal, "output");
    const count = Math.min(batchSize, positions.length - start);
    for (let n = 0; n < count; n++) cutter.cut(positions[start + n], buffer, n * windowBytes);
    const probabilities = classifier.classify(buffer.subarray(0, count * windowBytes));
    for (let n = 0; n < count; n++) epithelium[start + n] = probabilities[n * classes + 1];
    onWindows?.(start + count);
    await nextTurn();
  }
  return epithelium;
}
