import { randomStream } from "../foundation/index.js";
import { orient, orientations } from "./orientation.js";
import type { Batch, PatchShape } from "./batch.js";
import { jitterStain } from "./stainJitter.js";

/** How patches are varied each time they are read. */
export interface Augmentation {
  /** Lay each patch down in an orientation drawn at random. */
  flips: boolean;
  /** How far the stains' amounts may change; 0 leaves the colours. */
  stainJitter: number;
  seed: number;
}

/**
 * Varies a batch's patches in place. What is drawn depends on the seed and the batch's number alone.
 *
 * @param number the batch's, counted through the whole training
 */
export function augment(
  batch: Pick<Batch, "data" | "count">,
  shape: PatchShape,
  { flips, stainJitter, seed }: Augmentation,
  number: number,
): void {
  const random = randomStream(seed, "augmentation", number);
  const size = shape.channels * shape.height * shape.width;
  // Rows and columns of a patch that is not square can't be swapped.
  const ways = shape.height === shape.width ? orientations : orientations / 2;
  for (let n = 0; n < batch.count; n++) {
    const pixels = batch.data.subarray(n * size, (n + 1) * size);
    if (flips) orient(pixels, shape, random.integer(ways));
    if (stainJitter > 0) jitterStain(pixels, shape, stainJitter, random);
  }
}
