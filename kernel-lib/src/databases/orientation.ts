import type { PatchShape } from "./batch.js";

/** How many ways there are to lay a square patch down: four turns, each plain or mirrored. */
export const orientations = 8;

/**
 * Lays an image down in one of its eight orientations, in place.
 *
 * @param pixels channels x height x width; square where `orientation` is 4 or more
 * @param orientation its bits: 1 mirrors left to right, 2 upside down, 4 first swaps rows and columns
 * @example
 * const pixels = Uint8Array.of(1, 2, 3, 4);
 * orient(pixels, { channels: 1, height: 2, width: 2 }, 5);
 * [...pixels]; // => [3, 1, 4, 2]
 */
export function orient(
  pixels: Uint8Array,
  { channels, height, width }: PatchShape,
  orientation: number,
): void {
  if (orientation === 0) return;
  const [mirrors, upends, swaps] = [1, 2, 4].map((bit) => (orientation & bit) !== 0);
  const plane = height * width;
  const old = pixels.slice();
  let target = 0;
  for (let first = 0; first < channels * plane; first += plane) {
    for (let y = 0; y < height; y++) {
      const row = upends ? height - 1 - y : y;
      for (let x = 0; x < width; x++) {
        const column = mirrors ? width - 1 - x : x;
        pixels[target++] = old[first + (swaps ? column * width + row : row * width + column)];
      }
    }
  }
}
