import { setImmediate as nextTurn } from "node:timers/promises";
import type { Classifier, DenseClassifier } from "../../engine/index.js";
import { HistobookError, stopIfAborted } from "../../foundation/index.js";
import { agreementWithWindows } from "./agreement.js";
import type { MapMode, MapTask } from "./mapMode.js";
import type { View } from "./view.js";

/** Side of the largest part of a map that is computed at once, in pixels: it bounds the memory. */
const tileSide = 512;

/**
 * The whole image through the dense form of the network, hundreds of times faster than its windows one by one.
 *
 * Some windows are always classified one by one too, so that nobody has to believe that both agree.
 */
export const denseMode: MapMode = {
  context(classifier) {
    const { extent, before } = denseFormOf(classifier);
    return Math.max(
      0,
      ...before,
      ...[0, 1].map((axis) => extent[axis] - before[axis] - classifier.patchSize + 1),
    );
  },
  async fill(task) {
    const { rows, columns, views, onWindows } = task;
    const count = rows.length * columns.length;
    const epithelium = new Float32Array(count);
    for (const [index, view] of views.entries()) {
      const seen = (share: number): void => onWindows?.(Math.floor((count * (index + share)) / views.length));
      const map = await denseMap(view, task, seen);
      addMap(epithelium, map, view, task);
    }
    const agreement = await agreementWithWindows(task, epithelium);
    onWindows?.(count);
    return { epithelium, windows: agreement.pixels, agreement };
  },
};

function denseFormOf(classifier: Classifier): DenseClassifier {
  if (classifier.dense) return classifier.dense();
  throw new HistobookError("Unsupported", {
    subject: "mode dense",
    found: "a classifier that was made without its dense form",
    expected: "one that createClassifier made",
    fix: "make it with createClassifier, or use mode window",
  });
}

/** A part of a view's map, whose first value belongs to the window with the corner (top, left). */
interface PartialMap {
  top: number;
  left: number;
  width: number;
  height: number;
  epithelium: Float32Array;
}

/** The map of all windows of a view between those that are wanted, tile by tile. */
async function denseMap(view: View, task: MapTask, onShare: (share: number) => void): Promise<PartialMap> {
  const { rows, columns, classifier, signal } = task;
  const dense = denseFormOf(classifier);
  const corners = [view.cornerOf(rows[0], columns[0]), view.cornerOf(rows.at(-1)!, columns.at(-1)!)];
  const [top, left] = [0, 1].map((axis) => Math.min(...corners.map((corner) => corner[axis])));
  const [height, width] = [0, 1].map((axis) => Math.abs(corners[1][axis] - corners[0][axis]) + 1);
  const map = { top, left, width, height, epithelium: new Float32Array(width * height) };
  const [tall, wide] = [height, width].map((length) => Math.ceil(length / Math.ceil(length / tileSide)));
  let done = 0;
  for (let y = 0; y < height; y += tall) {
    for (let x = 0; x < width; x += wide) {
      stopIfAborted(signal, "output");
      const [tileHeight, tileWidth] = [Math.min(tall, height - y), Math.min(wide, width - x)];
      const pixels = regionOf(
        view,
        [top + y - dense.before[0], left + x - dense.before[1]],
        [tileHeight + dense.extent[0], tileWidth + dense.extent[1]],
      );
      const probabilities = await dense.classify(
        pixels,
        tileHeight + dense.extent[0],
        tileWidth + dense.extent[1],
      );
      for (let row = 0, source = 1; row < tileHeight; row++) {
        const start = (y + row) * width + x;
        for (let n = start; n < start + tileWidth; n++, source += dense.classes) {
          map.epithelium[n] = probabilities[source];
        }
      }
      done += tileHeight * tileWidth;
      onShare(done / map.epithelium.length);
      await nextTurn();
    }
  }
  return map;
}

function regionOf(
  { raster }: View,
  [top, left]: [number, number],
  [height, width]: [number, number],
): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * raster.width + left) * 3;
    pixels.set(raster.data.subarray(start, start + width * 3), y * width * 3);
  }
  return pixels;
}

/** Adds a view's probabilities to the average. */
function addMap(target: Float32Array, map: PartialMap, view: View, { rows, columns, views }: MapTask): void {
  let place = 0;
  for (const row of rows) {
    for (const column of columns) {
      const [top, left] = view.cornerOf(row, column);
      target[place++] += map.epithelium[(top - map.top) * map.width + left - map.left] / views.length;
    }
  }
}
