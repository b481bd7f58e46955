import { HistobookError } from "../foundation/index.js";

/** What all images of a store have in common. */
export interface PatchShape {
  channels: number;
  /** Pixels from top to bottom. */
  height: number;
  /** Pixels from left to right. */
  width: number;
}

/** Images and classes as a network reads them. */
export interface Batch {
  /** `count` images one after another, each channels x height x width (BGR), grey levels 0 to 255. */
  data: Uint8Array;
  labels: Int32Array;
  count: number;
  keys: string[];
}

/** Labelled patches in a fixed order, read round and round as Caffe's DATA layer does. */
export interface PatchStore {
  /** How many patches there are; undefined until one round has been read. */
  readonly count: number | undefined;
  readonly shape: PatchShape;
  /**
   * Batches without end: after the last patch comes the first one again, so that every batch is full. The next
   * batch is read while the caller works on this one. Only `close` ends it.
   *
   * @param size patches a batch
   * @param options.start how many patches to pass over first, e.g. those that a resumed training has seen
   */
  batches(size: number, options?: { start?: number }): AsyncGenerator<Batch, undefined>;
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

  async function* rows(start: number): AsyncGenerator<Stored, void> {
    let skip = start;
    let number = 0;
    while (!closed) {
      let seen = 0;
      for await (const block of parts.round(number)) {
        for (const stored of block) {
          seen++;
          if (skip > 0) skip--;
          else yield stored;
        }
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
      const source = rows(options.start ?? 0);
      let next = readBatch(parts, source, size);
      try {
        for (;;) {
          const batch = await next;
          if (!batch) return undefined;
          next = readBatch(parts, source, size);
          // A failure belongs to the caller who asks for that batch, not to this moment.
          next.catch(() => undefined);
          yield batch;
        }
      } catch (error) {
        if (!closed) throw error;
        return undefined;
      } finally {
        await next.catch(() => undefined);
        await source.return();
      }
    },
    async close() {
      closed = true;
      await parts.close();
    },
  };
}

async function readBatch<Stored extends { key: string }>(
  parts: PatchStoreParts<Stored>,
  source: AsyncGenerator<Stored, void>,
  size: number,
): Promise<Batch | undefined> {
  const { channels, height, width } = parts.shape;
  const values = channels * height * width;
  const batch: Batch = {
    data: new Uint8Array(size * values),
    labels: new Int32Array(size),
    count: size,
    keys: [],
  };
  for (let i = 0; i < size; i++) {
    const { value: stored, done } = await source.next();
    if (done) return undefined;
    const decoded = parts.decode(stored);
    const { pixels, label } = decoded instanceof Promise ? await decoded : decoded;
    batch.data.set(pixels, i * values);
    batch.labels[i] = label;
    batch.keys.push(stored.key);
  }
  return batch;
}

/** The sentence for a database without records. */
export function emptyStore(subject: string): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    found: "no patch",
    expected: "at least one",
    fix: "run 'histobook databases STUDY' again; Caffe's convert_imageset leaves an empty database when a list has tabs",
  });
}
