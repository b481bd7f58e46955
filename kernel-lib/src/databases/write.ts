import { encodeDatumInto } from "../caffe/index.js";
import { stopIfAborted } from "../foundation/index.js";
import { cannotWriteLevel, createLevel } from "./level.js";
import type { MeanSum } from "./mean.js";
import { patchBytes } from "./patchPlace.js";
import type { PatchSpace } from "./patchSpace.js";
import type { DatabasePlan } from "./plan.js";

/** How many records of which class a database has. */
export interface RecordCount {
  count: number;
  /** By class, from 0. */
  byClass: number[];
}

/**
 * Records that are written together. convert_imageset takes 1000; fewer of them need less memory at a time, and
 * the system takes longer to hand out memory than LevelDB to write it.
 */
const batchLength = 128;

/** A record has at most so many bytes beside its pixels: seven tags and six numbers. */
const mostFrameBytes = 40;

/**
 * Writes one database with convert_imageset's values and keys (line number in the shuffled list, from 0, and
 * name), and can sum its mean image on the way.
 *
 * @param path a folder that does not exist yet
 * @param options.sum gets every image in the database's order
 * @param options.progress called with the number of records written since the last call
 * @throws HistobookError `Interrupted`, `BadInput` when it can't be written; the folder is then incomplete.
 */
export async function writeDatabase(
  path: string,
  plan: DatabasePlan,
  source: { files: readonly string[]; patches: PatchSpace },
  options: { sum?: MeanSum; signal?: AbortSignal; progress: (records: number) => void },
): Promise<RecordCount> {
  const { size } = source.patches;
  const { sum } = options;
  const bytes = patchBytes(size);
  const byClass = [0, 0];
  const count = plan.patches.length;
  const level = await createLevel(path);
  try {
    const pixels = new Uint8Array(Math.min(batchLength, count) * bytes);
    // While one batch is written the next one is prepared, each in memory of its own.
    const [first, second] = [0, 1].map(
      () => new Uint8Array(Math.min(batchLength, count) * (bytes + mostFrameBytes)),
    );
    let writing = Promise.resolve();
    for (let start = 0; start < count; start += batchLength) {
      stopIfAborted(options.signal, "databases");
      const end = Math.min(start + batchLength, count);
      await source.patches.read(plan.patches.subarray(start, end), pixels);
      const values = start % (2 * batchLength) === 0 ? first : second;
      const records: { type: "put"; key: string; value: Uint8Array }[] = [];
      let position = 0;
      for (let i = start; i < end; i++) {
        const label = plan.labels[i];
        const data = pixels.subarray((i - start) * bytes, (i - start + 1) * bytes);
        sum?.add(data);
        byClass[label] = (byClass[label] ?? 0) + 1;
        const from = position;
        position = encodeDatumInto(values, from, {
          channels: 3,
          height: size,
          width: size,
          data,
          label,
          encoded: false,
        });
        const key = recordKey(i, source.files[plan.patches[i]]);
        records.push({ type: "put", key, value: values.subarray(from, position) });
      }
      await writing;
      writing = level.batch(records).catch((error: unknown) => {
        throw cannotWriteLevel(path, error);
      });
      // It is awaited after the next batch is prepared; until then a failure is nobody's.
      writing.catch(() => undefined);
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
