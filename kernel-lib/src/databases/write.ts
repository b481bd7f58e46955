import { encodeDatum } from "../caffe/index.js";
import { stopIfAborted } from "../foundation/index.js";
import { createLevel } from "./level.js";
import type { MeanSum } from "./mean.js";
import type { PatchFile } from "./patchFile.js";
import type { DatabasePlan } from "./plan.js";

/** How many records of which class a database has. */
export interface RecordCount {
  count: number;
  /** By class, from 0. */
  byClass: number[];
}

/** Records that are written together, as in convert_imageset. */
const batchLength = 1000;

/**
 * Writes one database with convert_imageset's values and keys (line number in the shuffled list, from 0, and
 * name), and can sum its mean image on the way.
 *
 * @param path a folder that does not exist yet
 * @param options.sum gets every image in the database's order
 * @param options.progress called with the number of records written since the last call
 * @throws HistobookError `Interrupted`; the folder is then incomplete.
 */
export async function writeDatabase(
  path: string,
  plan: DatabasePlan,
  source: { files: readonly string[]; patches: PatchFile; size: number },
  options: { sum?: MeanSum; signal?: AbortSignal; progress: (records: number) => void },
): Promise<RecordCount> {
  const { size } = source;
  const { sum } = options;
  const shape = { channels: 3, height: size, width: size };
  const byClass = [0, 0];
  const count = plan.patches.length;
  const level = await createLevel(path);
  try {
    const pixels = new Uint8Array(3 * size * size);
    let writing = Promise.resolve();
    for (let start = 0; start < count; start += batchLength) {
      stopIfAborted(options.signal, "databases");
      const end = Math.min(start + batchLength, count);
      const records: { type: "put"; key: string; value: Uint8Array }[] = [];
      for (let i = start; i < end; i++) {
        const label = plan.labels[i];
        source.patches.read(plan.patches[i], pixels);
        sum?.add(pixels);
        byClass[label] = (byClass[label] ?? 0) + 1;
        records.push({
          type: "put",
          key: recordKey(i, source.files[plan.patches[i]]),
          value: encodeDatum({ ...shape, data: pixels, label, encoded: false }),
        });
      }
      // The next records are prepared while these are written; one waiting batch bounds the memory.
      await writing;
      writing = level.batch(records);
      options.progress(end - start);
    }
    await writing;
  } finally {
    await level.close();
  }
  return { count, byClass: Array.from(byClass, (one) => one ?? 0) };
}

/**
 * A record's key as convert_imageset writes it.
 *
 * @param line the record's line in the (shuffled) list, from 0
 * @example
 * recordKey(12, "10256_1_0_e_1_0.png"); // => "00000012_10256_1_0_e_1_0.png"
 */
export function recordKey(line: number, file: string): string {
  return `${String(line).padStart(8, "0")}_${file}`;
}
