import { sampleIndices, type RandomStream } from "../../foundation/index.js";
import { typesByName, type PatchAlbum } from "./album.js";

/**
 * Draws a sample in which every image's types have the share that they have among all patches.
 *
 * @returns the patches' numbers, ascending
 */
export function stratifiedPatches(
  album: Pick<PatchAlbum, "length" | "image" | "type">,
  wanted: number,
  random: RandomStream,
): Uint32Array {
  const strata = runs(album);
  const sizes = strata.map(([start, end]) => end - start);
  const shares = proportional(sizes, Math.min(wanted, album.length), random);
  const drawn = strata.flatMap(([start], n) =>
    Array.from(sampleIndices(sizes[n], shares[n], random), (index) => start + index),
  );
  return Uint32Array.from(drawn).sort();
}

/**
 * Divides a total among strata in proportion to their sizes, in whole numbers (largest remainder; ties by lot).
 *
 * @param total at most the sum of the sizes
 */
export function proportional(sizes: readonly number[], total: number, random: RandomStream): number[] {
  const sum = sizes.reduce((all, size) => all + size, 0);
  if (sum === 0) return sizes.map(() => 0);
  const shares = sizes.map((size) => Math.floor((size * total) / sum));
  const left = total - shares.reduce((all, share) => all + share, 0);
  const remainders = sizes.map((size, n) => ({ n, rest: (size * total) % sum, lot: random.uniform() }));
  remainders.sort((one, other) => other.rest - one.rest || one.lot - other.lot);
  for (const { n } of remainders.slice(0, left)) shares[n]++;
  return shares;
}

/** Where each image's patches of one type begin and end: they stand together. */
function runs({ length, image, type }: Pick<PatchAlbum, "length" | "image" | "type">): [number, number][] {
  const key = (patch: number): number => image[patch] * typesByName.length + type[patch];
  const found: [number, number][] = [];
  for (let start = 0, end = 1; start < length; end++) {
    if (end < length && key(end) === key(start)) continue;
    found.push([start, end]);
    start = end;
  }
  return found;
}
