import { cannotWrite, HistobookError, type ErrorParts } from "../foundation/index.js";
import { UnusablePatch } from "./patchPixels.js";
import { accessPatches, type PatchAccess, type PatchPlace } from "./patchPlace.js";

/** Where a worker thread puts its patches. */
export interface FillTarget {
  place: PatchPlace;
  /** Side of a patch in pixels. */
  size: number;
}

/** What a worker thread sends back: nothing when all is well. */
export interface FillAnswer {
  problem?: ErrorParts;
}

/** Runs a worker's work on the open place; a patch that can't be used becomes an answer. */
export async function filling(
  { place, size }: FillTarget,
  work: (access: PatchAccess) => Promise<void>,
): Promise<FillAnswer> {
  const access = accessPatches(place, size);
  try {
    await work(access);
    return {};
  } catch (error) {
    if (error instanceof UnusablePatch) return { problem: error.parts };
    // An error's code is lost on the way between threads.
    const known = typeof place === "string" ? cannotWrite(place, error) : error;
    if (known instanceof HistobookError) return { problem: known.parts };
    throw error;
  } finally {
    access.close();
  }
}
