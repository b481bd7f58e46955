import type { MeanImage } from "../caffe/index.js";
import { HistobookError, isHistobookError } from "../foundation/index.js";
import { parsePatchName, type PatchType } from "../study/index.js";
import { checkShape, decodeRecord } from "./decodeRecord.js";
import { openLevel } from "./level.js";
import { readRound, recordSubject } from "./levelStore.js";
import { meanSum, type MeanSum } from "./mean.js";
import type { PatchShape } from "./batch.js";
import { emptyStore } from "./patchStore.js";

/** What a database holds. */
export interface DatabaseSummary {
  /** All records, broken ones included. */
  count: number;
  /** By class, from 0. */
  byClass: number[];
  /** The keys between which all others lie; undefined when there is no record. */
  firstKey: string | undefined;
  lastKey: string | undefined;
  /** By the type in the patches' names (p epithelium, e edge, b background); others have names of another form. */
  byType: Record<PatchType | "other", number>;
  /** Undefined when no record can be decoded. */
  shape: PatchShape | undefined;
  /** Records that can't be decoded, or have another shape than the first. */
  broken: { key: string; reason: string }[];
  /** Numbers that no key has although a later one has a higher: keys begin with their record's number, from 0. */
  missing: { first: number; last: number }[];
}

/** No list of this tutorial's kind has more classes: a larger label is damage, and no reason to count up to it. */
const mostClass = 9999;

/**
 * Reads a whole database and says what it holds. A broken record is named and does not stop the count.
 *
 * @throws HistobookError as `openPatchStore`, except that an empty database is no error here.
 * @example
 * const { count, byClass } = await databaseSummary("study/DB_train_1");
 * count === byClass[0] + byClass[1]; // => true
 */
export async function databaseSummary(path: string): Promise<DatabaseSummary> {
  const summary: DatabaseSummary = {
    count: 0,
    byClass: [0, 0],
    firstKey: undefined,
    lastKey: undefined,
    byType: { p: 0, e: 0, b: 0, other: 0 },
    shape: undefined,
    broken: [],
    missing: [],
  };
  let next = 0;
  const level = await openLevel(path);
  try {
    for await (const block of readRound(level, path)) {
      for (const { key, value } of block) {
        summary.count++;
        summary.firstKey ??= key;
        summary.lastKey = key;
        const number = Number(/^(\d+)_/.exec(key)?.[1] ?? next);
        if (number > next) summary.missing.push({ first: next, last: number - 1 });
        next = number + 1;
        summary.byType[parsePatchName(key.replace(/^\d+_/, ""))?.type ?? "other"]++;
        try {
          const decoded = decodeRecord(value, recordSubject(path, key));
          const { channels, height, width, label } = decoded instanceof Promise ? await decoded : decoded;
          const shape = { channels, height, width };
          if (label > mostClass) throw noClass(recordSubject(path, key), label);
          summary.shape ??= shape;
          checkShape(shape, summary.shape, recordSubject(path, key));
          summary.byClass[label] = (summary.byClass[label] ?? 0) + 1;
        } catch (error) {
          if (!isHistobookError(error, "BadInput")) throw error;
          summary.broken.push({ key, reason: error.message });
        }
      }
    }
  } finally {
    await level.close();
  }
  summary.byClass = Array.from(summary.byClass, (count) => count ?? 0);
  return summary;
}

/**
 * The mean image of a database that is there already, byte for byte as Caffe's compute_image_mean gives it.
 *
 * @throws HistobookError as `openPatchStore`.
 * @example
 * const mean = await meanOfDatabase("study/DB_train_1");
 * mean.data.length; // => 3072
 */
export async function meanOfDatabase(path: string): Promise<MeanImage> {
  const level = await openLevel(path);
  try {
    let sum: MeanSum | undefined;
    let shape: PatchShape | undefined;
    for await (const block of readRound(level, path)) {
      for (const { key, value } of block) {
        const decoded = decodeRecord(value, recordSubject(path, key));
        const patch = decoded instanceof Promise ? await decoded : decoded;
        shape ??= patch;
        checkShape(patch, shape, recordSubject(path, key));
        sum ??= meanSum(shape);
        sum.add(patch.pixels);
      }
    }
    if (!sum) throw emptyStore(path);
    return sum.mean();
  } finally {
    await level.close();
  }
}

function noClass(subject: string, label: number): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "databases",
    found: `label ${label}`,
    expected: `a class from 0 to ${mostClass}`,
    fix: "make the database again",
  });
}
