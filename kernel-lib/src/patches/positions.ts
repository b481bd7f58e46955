import { randomStream, sampleIndices } from "../foundation/index.js";
import type { PatchType } from "../study/index.js";
import { wantedOfType } from "./options.js";
import type { PatchParameters } from "./parameters.js";
import type { Regions } from "./regions.js";

/** The order in which step 1 draws the types: the number of positives decides the others. */
export const patchTypes: readonly PatchType[] = ["p", "e", "b"];

/** The chosen centres of an image's patches, as pixel indices (row * width + column) at the working scale. */
export type Positions = Record<PatchType, Uint32Array>;

/**
 * Draws the centres of an image's patches: up to `perImage` positives, and the other types in proportion.
 *
 * Each (image, type) has its own random stream, so that the choice depends on the seed and the image alone.
 *
 * @param imageName e.g. `8918_00007`
 * @example
 * const marked = new Uint8Array(100).fill(1);
 * const parameters = patchParameters({ perImage: 20 }, 1);
 * const chosen = choosePositions({ p: marked, e: marked, b: marked }, parameters, "8918_00007");
 * [chosen.p.length, chosen.e.length, chosen.b.length]; // => [20, 20, 6]
 */
export function choosePositions(regions: Regions, parameters: PatchParameters, imageName: string): Positions {
  const positions: Partial<Positions> = {};
  let positives = parameters.perImage;
  for (const type of patchTypes) {
    const candidates = markedIndices(regions[type]);
    const wanted = wantedOfType(type, positives, parameters);
    const random = randomStream(parameters.seed, "patches", imageName, type);
    const chosen = sampleIndices(candidates.length, wanted, random);
    positions[type] = chosen.map((index) => candidates[index]);
    if (type === "p") positives = chosen.length;
  }
  return positions as Positions;
}

function markedIndices(region: Uint8Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < region.length; i++) count += region[i];
  const indices = new Uint32Array(count);
  for (let i = 0, k = 0; i < region.length; i++) if (region[i]) indices[k++] = i;
  return indices;
}
