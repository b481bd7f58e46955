import { setImmediate as nextTurn } from "node:timers/promises";
import { stopIfAborted } from "../../foundation/index.js";
import type { MapTask } from "./mapMode.js";
import type { View } from "./view.js";

/** Windows a call to the network; more gain nothing on a processor and cost memory. */
const batchSize = 512;

/** What it takes to classify windows. */
export type WindowTask = Pick<MapTask, "classifier" | "views" | "onWindows" | "signal">;

/**
 * Classifies the windows of single pixels; with several views, the average of their answers.
 *
 * @param rows of the pixels
 * @param columns of the pixels, as many
 * @returns their probabilities of epithelium, [0,1]
 * @throws HistobookError `Interrupted`.
 */
export async function classifyWindows(
  { classifier, views, onWindows, signal }: WindowTask,
  rows: Uint32Array,
  columns: Uint32Array,
): Promise<Float32Array> {
  const { patchSize, classes } = classifier;
  const windowBytes = patchSize * patchSize * 3;
  const epithelium = new Float32Array(rows.length);
  const buffer = new Uint8Array(Math.min(batchSize, rows.length) * windowBytes);
  for (let start = 0; start < rows.length; start += batchSize) {
    const count = Math.min(batchSize, rows.length - start);
    for (const view of views) {
      stopIfAborted(signal, "output");
      for (let n = 0; n < count; n++) {
        cutWindow(view, patchSize, rows[start + n], columns[start + n], buffer, n * windowBytes);
      }
      const probabilities = await classifier.classify(buffer.subarray(0, count * windowBytes));
      for (let n = 0; n < count; n++) epithelium[start + n] += probabilities[n * classes + 1];
    }
    if (views.length > 1) for (let n = start; n < start + count; n++) epithelium[n] /= views.length;
    onWindows?.(start + count);
    await nextTurn();
  }
  return epithelium;
}

/** Writes a pixel's window into `target` from `offset` on, as size x size RGB. */
export function cutWindow(
  view: View,
  size: number,
  row: number,
  column: number,
  target: Uint8Array,
  offset: number,
): void {
  const rowBytes = size * 3;
  const [top, left] = view.cornerOf(row, column);
  const { raster } = view;
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * raster.width + left) * 3;
    target.set(raster.data.subarray(start, start + rowBytes), offset + y * rowBytes);
  }
}
