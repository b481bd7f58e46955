import { resolve } from "node:path";
import { checkShape, decodeRecord } from "./decodeRecord.js";
import { cannotRead, openLevel, type Level } from "./level.js";
import type { PatchShape } from "./batch.js";
import {
  cyclicStore,
  emptyStore,
  type DecodedPatch,
  type PatchStore,
  type StoredPatch,
} from "./patchStore.js";

/** So many bytes or records are read at a time. */
const blockBytes = 1024 * 1024;
const blockRecords = 512;

/**
 * Opens a database (`DB_train_1`) for reading, ours or one that Caffe's convert_imageset made: raw, encoded or
 * grey, compacted or as a log alone.
 *
 * Patches come in the order of their keys, as Caffe reads them. LevelDB lets one user in at a time: close it.
 *
 * @throws HistobookError `MissingStep` when there is no such folder, `Locked` when someone has it open,
 * `BadInput` when it is no LevelDB, empty, damaged or can't be written (LevelDB writes when it opens); while
 * reading, `BadInput` for a broken record or one of another shape.
 * @example
 * const store = await openPatchStore("study/DB_train_1");
 * for await (const batch of store.batches(128)) {
 *   batch.data.length; // => 393216
 *   break;
 * }
 * await store.close();
 */
export async function openPatchStore(path: string): Promise<PatchStore> {
  const level = await openLevel(path);
  try {
    const shape = await firstShape(level, path);
    return cyclicStore({
      subject: path,
      shape,
      round: () => readRound(level, path),
      decode: ({ key, value }) => {
        const subject = recordSubject(path, key);
        const decoded = decodeRecord(value, subject);
        if (decoded instanceof Promise) return decoded.then((patch) => ofShape(patch, shape, subject));
        return ofShape(decoded, shape, subject);
      },
      close: () => level.close(),
    });
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** What an error about one record names. */
export function recordSubject(path: string, key: string): string {
  return `${path}, record ${key}`;
}

/** Reads all records in the order of their keys; while the caller works on some, the next ones are read. */
export async function* readRound(level: Level, path: string): AsyncGenerator<StoredPatch[], void> {
  const iterator = level.iterator({ highWaterMarkBytes: blockBytes, fillCache: false });
  let next = iterator.nextv(blockRecords);
  try {
    for (;;) {
      const entries = await next.catch((error: unknown) => {
        throw cannotRead(resolve(path), error);
      });
      if (entries.length === 0) return;
      next = iterator.nextv(blockRecords);
      // A failure belongs to the caller who asks for these records, not to this moment.
      next.catch(() => undefined);
      yield entries.map(([key, value]) => ({ key, value }));
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.close();
  }
}

async function firstShape(level: Level, path: string): Promise<PatchShape> {
  for await (const [{ key, value }] of readRound(level, path)) {
    const { channels, height, width } = await decodeRecord(value, recordSubject(path, key));
    return { channels, height, width };
  }
  throw emptyStore(path);
}

function ofShape(patch: DecodedPatch & PatchShape, shape: PatchShape, subject: string): DecodedPatch {
  checkShape(patch, shape, subject);
  return patch;
}
