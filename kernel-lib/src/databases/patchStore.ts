import { HistobookError } from "../foundation/index.js";
import { augment, type Augmentation } from "./augmentation.js";
import type { Batch, PatchShape } from "./batch.js";

/** How batches are read. */
export interface BatchOptions {
  /** How many patches to pass over first, e.g. those that a resumed training has seen; default 0. */
  start?: number;
  /** How many batches are read ahead and held in memory; default 1. */
  ahead?: number;
  /** How patches are varied; by default they come as they are. */
  augmentation?: Augmentation;
  /** The first batch's number, which decides together with a seed what is drawn for it; default 0. */
  firstNumber?: number;
}

/** Labelled patches in a fixed order, read round and round as Caffe's DATA layer does. */
export interface PatchStore {
  /** How many patches there are; undefined until one round has been read. */
  readonly count: number | undefined;
  readonly shape: PatchShape;
  /**
   * Batches without end: after the last patch comes the first one again, so that every batch is full. The next
   * batches are read while the caller works on this one. Only `close` ends it.
   *
   * @param size patches a batch
   */
  batches(size: number, options?: BatchOptions): AsyncGenerator<Batch, undefined>;
  /** Ends the reading and gives what it holds back. */
  close(): Promise<void>;
}

/** A record as a database stores it. */
export interface StoredPatch {
  key: string;
  value: Uint8Array;
}

/** A record's picture and class. */
export interface DecodedPatch {
  pixels: Uint8Array;
  label: number;
}

/** What a kind of store must bring; `cyclicStore` makes the rest of it. Its patches are `Stored` until they are read. */
export interface PatchStoreParts<Stored extends { key: string }> {
  /** For error sentences. */
  subject: string;
  shape: PatchShape;
  /** One round through all patches, a block at a time; its number, counted from 0, may decide their order. */
  round(number: number): AsyncIterable<Stored[]>;
  decode(stored: Stored): DecodedPatch | Promise<DecodedPatch>;
  close(): Promise<void>;
}

/** Makes a store that goes round and round. */
export function cyclicStore<Stored extends { key: string }>(parts: PatchStoreParts<Stored>): PatchStore {
  let count: number | undefined;
  let closed = false;

  async function* blocks(start: number): AsyncGenerator<Stored[], void> {
    let skip = start;
    let number = 0;
    while (!closed) {
      let seen = 0;
      for await (const block of parts.round(number)) {
        seen += block.length;
        const left = block.slice(skip);
        skip -= block.length - left.length;
        if (left.length > 0) yield left;
      }
      if (seen === 0) throw emptyStore(parts.subject);
      count = seen;
      // Whole rounds are passed over without reading them.
      number += 1 + Math.floor(skip / seen);
      skip %= seen;
    }
  }

  return {
    get count() {
      return count;
    },
    shape: parts.shape,
    async *batches(size, options = {}): AsyncGenerator<Batch, undefined> {
      const { start = 0, ahead = 1, augmentation, firstNumber = 0 } = options;
      let number = firstNumber;
      const source = blocks(start);
      const read = batchReader(parts, source, size, () => closed);
      const coming = Array.from({ length: ahead }, read);
      try {
        for (;;) {
          const batch = await coming.shift()!;
          if (!batch) return undefined;
          coming.push(read());
          if (augmentation) augment(batch, parts.shape, augmentation, number++);
          yield batch;
        }
      } catch (error) {
        if (!closed) throw error;
        return undefined;
      } finally {
        await Promise.allSettled(coming);
        await source.return();
      }
    },
    async close() {
      closed = true;
      await parts.close();
    },
  };
}

/**
 * Gives one batch after the other, each begun when it is asked for: patches are taken in turn, and decoded side by side.
 */
function batchReader<Stored extends { key: string }>(
  parts: PatchStoreParts<Stored>,
  source: AsyncGenerator<Stored[], void>,
  size: number,
  isClosed: () => boolean,
): () => Promise<Batch | undefined> {
  let block: Stored[] = [];
  let next = 0;

  /** Undefined when the store was closed. */
  async function take(): Promise<Stored[] | undefined> {
    const taken: Stored[] = [];
    while (taken.length < size) {
      if (next === block.length) {
        const { value, done } = await source.next();
        if (done) return undefined;
        [block, next] = [value, 0];
      }
      if (isClosed()) return undefined;
      const some = block.slice(next, next + size - taken.length);
      next += some.length;
      taken.push(...some);
    }
    return taken;
  }

  let turn: Promise<unknown> = Promise.resolve();
  return () => {
    const taken = turn.then(take);
    turn = taken.catch(() => undefined);
    const batch = taken.then((patches) => patches && decodeBatch(parts, patches));
    // A failure belongs to the caller who asks for that batch, not to this moment.
    batch.catch(() => undefined);
    return batch;
  };
}

async function decodeBatch<Stored extends { key: string }>(
  parts: PatchStoreParts<Stored>,
  patches: readonly Stored[],
): Promise<Batch> {
  const { channels, height, width } = parts.shape;
  const values = channels * height * width;
  const batch: Batch = {
    data: new Uint8Array(patches.length * values),
    labels: new Int32Array(patches.length),
    count: patches.length,
    keys: patches.map(({ key }) => key),
  };
  const put = ({ pixels, label }: DecodedPatch, i: number): void => {
    batch.data.set(pixels, i * values);
    batch.labels[i] = label;
  };
  const waits: Promise<void>[] = [];
  patches.forEach((stored, i) => {
    const decoded = parts.decode(stored);
    if (decoded instanceof Promise) waits.push(decoded.then((patch) => put(patch, i)));
    else put(decoded, i);
  });
  // The first patch that can't be decoded is the one that an error names, whichever was found first.
  for (const { status, reason } of (await Promise.allSettled(waits)) as PromiseRejectedResult[])
    if (status === "rejected") throw reason;
  return batch;
}

/** The sentence for a database without records. */
export function emptyStore(subject: string): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic: "databases",
    found: "no patch",
    expected: "at least one",
    fix: "run 'histobook databases STUDY' again; Caffe's convert_imageset leaves an empty database when a list has tabs",
  });
}
