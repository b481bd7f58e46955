import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** Where patches lie until they are written into databases: shared memory, or a file by its path. Worker threads can
 * be told of either. */
export type PatchPlace = SharedArrayBuffer | string;

/**
 * Reading and writing a place. Patch number i, as Caffe keeps it (channels x height x width, BGR), begins at byte i
 * times `patchBytes`.
 */
export interface PatchAccess {
  /** Reads these patches one after another into `target`. */
  read(numbers: Int32Array, target: Uint8Array): void;
  /** Writes consecutive patches, the first of them being number `first`. */
  write(first: number, pixels: Uint8Array): void;
  close(): void;
}

/** Bytes of one RGB patch. */
export function patchBytes(size: number): number {
  return size * size * 3;
}

/**
 * Opens a place; any number of threads may do so at once.
 *
 * @param size side of a patch in pixels
 * @param isNew makes the file
 */
export function accessPatches(place: PatchPlace, size: number, isNew = false): PatchAccess {
  const bytes = patchBytes(size);
  return typeof place === "string"
    ? fileAccess(openSync(place, isNew ? "w+" : "r+"), bytes)
    : memoryAccess(new Uint8Array(place), bytes);
}

function memoryAccess(memory: Uint8Array, bytes: number): PatchAccess {
  return {
    read(numbers, target) {
      forEachRun(numbers, (begin, first, count) =>
        target.set(memory.subarray(first * bytes, (first + count) * bytes), begin * bytes),
      );
    },
    write(first, pixels) {
      memory.set(pixels, first * bytes);
    },
    close: () => undefined,
  };
}

function fileAccess(descriptor: number, bytes: number): PatchAccess {
  return {
    read(numbers, target) {
      forEachRun(numbers, (begin, first, count) => {
        const length = count * bytes;
        if (readSync(descriptor, target, begin * bytes, length, first * bytes) !== length) {
          throw new RangeError(`patch ${first} is not in the patch file`);
        }
      });
    },
    write(first, pixels) {
      for (let written = 0; written < pixels.length;) {
        written += writeSync(descriptor, pixels, written, pixels.length - written, first * bytes + written);
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** Neighbours, as a database that is made alone or first has them, are read at once. */
function forEachRun(numbers: Int32Array, read: (begin: number, first: number, count: number) => void): void {
  for (let begin = 0; begin < numbers.length;) {
    let end = begin + 1;
    while (end < numbers.length && numbers[end] === numbers[end - 1] + 1) end++;
    read(begin, numbers[begin], end - begin);
    begin = end;
  }
}
