import { rmSync } from "node:fs";
import { cannotWrite } from "../foundation/index.js";
import { filledPrefix } from "./filledPrefix.js";
import { accessPatches, patchBytes, type PatchAccess, type PatchPlace } from "./patchPlace.js";

/** Patches up to this many bytes are kept in memory; more of them go through a file. */
const mostMemory = 256 * 1024 * 1024;

/**
 * All patches of a step's run.
 *
 * Each patch is decoded or cut once and then read by every fold's databases in their shuffled orders. Where there
 * are too many for memory they lie in a file, and the system's own file cache decides how much of it stays there.
 */
export interface PatchSpace {
  readonly place: PatchPlace;
  /** Side of a patch in pixels. */
  readonly size: number;
  /** Says which patches the workers have written. */
  markFilled(numbers: Iterable<number>): void;
  /** Says that no more patches will come. */
  failFilling(error: unknown): void;
  /** Reads these patches one after another into `target`, as soon as workers have written them. */
  read(numbers: Int32Array, target: Uint8Array): Promise<void>;
  /** Settles when all patches are there. */
  whole(): Promise<void>;
  remove(): void;
}

/**
 * Makes room for so many patches, which workers then fill.
 *
 * @param path for the file, if one is needed
 */
export function createPatchSpace(path: string, size: number, count: number, memory = mostMemory): PatchSpace {
  const bytes = count * patchBytes(size);
  const place = bytes <= memory ? new SharedArrayBuffer(bytes) : path;
  const access = opened(place, size);
  const filled = filledPrefix(count);
  return {
    place,
    size,
    markFilled: (numbers) => filled.mark(numbers),
    failFilling: (error) => filled.fail(error),
    async read(numbers, target) {
      await filled.reach(numbers.reduce((most, number) => Math.max(most, number + 1), 0));
      access.read(numbers, target);
    },
    whole: () => filled.reach(count),
    remove() {
      access.close();
      if (typeof place === "string") rmSync(place, { force: true });
    },
  };
}

function opened(place: PatchPlace, size: number): PatchAccess {
  try {
    return accessPatches(place, size, true);
  } catch (error) {
    throw typeof place === "string" ? cannotWrite(place, error) : error;
  }
}
