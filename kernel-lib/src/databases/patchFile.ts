import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";

/**
 * All patches of a step's run in one raw file: patch number i, as Caffe keeps it (channels x height x width,
 * BGR), begins at byte i times `patchBytes`.
 *
 * Each patch is decoded or cut once and then read by every fold's databases in their shuffled orders; the
 * system's own file cache decides how much of it stays in memory.
 */
export interface PatchFile {
  read(index: number, target: Uint8Array): void;
  remove(): void;
}

/** Bytes of one RGB patch. */
export function patchBytes(size: number): number {
  return size * size * 3;
}

/** Makes an empty patch file that workers fill through `writePatches`. */
export function createPatchFile(path: string, size: number): PatchFile {
  const descriptor = openSync(path, "w+");
  const bytes = patchBytes(size);
  return {
    read(index, target) {
      if (readSync(descriptor, target, 0, bytes, index * bytes) !== bytes) {
        throw new RangeError(`patch ${index} is not in the patch file`);
      }
    },
    remove() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}

/** Writes consecutive patches, the first of them being number `first`; any thread may do so. */
export function writePatches(descriptor: number, size: number, first: number, pixels: Uint8Array): void {
  let written = 0;
  while (written < pixels.length) {
    written += writeSync(
      descriptor,
      pixels,
      written,
      pixels.length - written,
      first * patchBytes(size) + written,
    );
  }
}
