import type { Raster } from "./raster.js";

/**
 * The index in [0, length) that an index outside of it mirrors to; the border pixel itself is repeated, as
 * Matlab's and NumPy's "symmetric" padding do.
 *
 * @example
 * mirrorIndex(-1, 5); // => 0
 */
export function mirrorIndex(index: number, length: number): number {
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}

/**
 * Mirrors an image outward by `margin` pixels on each side (tutorial step 1 pads so before it cuts).
 *
 * @example
 * const row = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(1, 2) };
 * padSymmetric(row, 1).data.slice(4, 8); // => [1, 1, 2, 2]
 */
export function padSymmetric(image: Raster, margin: number): Raster {
  const { width, height, channels, data } = image;
  const paddedWidth = width + 2 * margin;
  const paddedHeight = height + 2 * margin;
  const padded = new Uint8Array(paddedWidth * paddedHeight * channels);
  const columns = new Uint32Array(paddedWidth);
  for (let x = 0; x < paddedWidth; x++) columns[x] = mirrorIndex(x - margin, width) * channels;
  let target = 0;
  for (let y = 0; y < paddedHeight; y++) {
    const row = mirrorIndex(y - margin, height) * width * channels;
    for (let x = 0; x < paddedWidth; x++) {
      const source = row + columns[x];
      for (let c = 0; c < channels; c++) padded[target++] = data[source + c];
    }
  }
  return { width: paddedWidth, height: paddedHeight, channels, data: padded };
}
