import { agreementWithWindows } from "./agreement.js";
import { classifyWindows } from "./classifyWindows.js";
import { EstimatedMap, logit } from "./estimatedMap.js";
import { pixelsAt } from "./grid.js";
import type { MapMode, MapTask } from "./mapMode.js";

/** Distance of the pixels that are classified first, in pixels of the map. */
const spacing = 4;

/** In how many parts the other windows are classified, each chosen by what the ones before have shown. */
const rounds = 5;

/**
 * Exact windows where they matter: every fourth pixel of every fourth row, and then, as long as `windowShare` allows, those
 * pixels whose class is least certain. The others are estimated from the ones round them.
 */
export const adaptiveMode: MapMode = {
  context: () => 0,
  async fill(task) {
    const { onWindows } = task;
    const [height, width] = [task.rows.length, task.columns.length];
    const count = height * width;
    const knotRows = knotsAlong(height);
    const knotColumns = knotsAlong(width);
    const first = knotRows.length * knotColumns.length;
    const budget = Math.min(count, Math.max(first, Math.round(count * task.windowShare)));

    const knots = new Uint32Array(first);
    knotRows.forEach((row, r) => {
      knotColumns.forEach((column, c) => (knots[r * knotColumns.length + c] = row * width + column));
    });
    let done = 0;
    const classify = async (places: Uint32Array): Promise<Float32Array> => {
      const before = done;
      const progress = (some: number): void => onWindows?.(Math.floor((count * (before + some)) / budget));
      const probabilities = await classifyAt(task, places, progress);
      done += places.length;
      return probabilities;
    };
    const map = new EstimatedMap(knotRows, knotColumns, await classify(knots));
    for (let round = 0; round < rounds && done < budget; round++) {
      const places = map.leastCertain(logit(task.threshold), Math.ceil((budget - done) / (rounds - round)));
      map.set(places, await classify(places));
    }
    const epithelium = map.probabilities();
    const agreement = await agreementWithWindows(task, epithelium);
    onWindows?.(count);
    return { epithelium, windows: done + agreement.pixels, agreement };
  },
};

function classifyAt(
  task: MapTask,
  places: Uint32Array,
  onWindows: (done: number) => void,
): Promise<Float32Array> {
  const { rows, columns } = pixelsAt(task, places);
  return classifyWindows({ ...task, onWindows }, rows, columns);
}

/** Every fourth place along an axis, the first and the last. */
function knotsAlong(length: number): Uint32Array {
  const inner = Math.ceil((length - 1) / spacing);
  return Uint32Array.from({ length: inner + 1 }, (_, n) => Math.min(n * spacing, length - 1));
}
