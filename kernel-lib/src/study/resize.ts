import type { Raster } from "./raster.js";
import { mirrorIndex } from "./pad.js";

/**
 * The size of an image (pixels) after scaling, rounded up as Matlab's imresize does.
 *
 * @example
 * scaledSize(1001, 0.5); // => 501
 */
export function scaledSize(length: number, scale: number): number {
  // The small term keeps 10 * 0.1 at 1 although 0.1 has no exact binary form.
  return Math.max(1, Math.ceil(length * scale - 1e-9));
}

/**
 * Resizes an image by a factor with the filter that Matlab's imresize uses by default: bicubic (a = -0.5),
 * antialiased by stretching the kernel when it shrinks, mirrored at the borders.
 *
 * Like Matlab it goes along one axis at a time, columns first, and rounds to 8 bits in between.
 *
 * @param scale pixels of the result per pixel of the image
 * @example
 * const grey = { width: 4, height: 2, channels: 1 as const, data: new Uint8Array(8).fill(9) };
 * resizeCubic(grey, 0.5); // => { width: 2, height: 1, channels: 1, data: [9, 9] }
 */
export function resizeCubic(image: Raster, scale: number): Raster {
  if (scale === 1) return image;
  const lower = resizeHeightAndTranspose(image, scale);
  return resizeHeightAndTranspose(lower, scale);
}

/** Weights are whole multiples of 2^-20: exact to a thousandth of a grey level, and faster than fractions. */
const weightBits = 20;
const half = 1 << (weightBits - 1);

/** Which source pixels make up each pixel of the result along one axis: `taps` each, a multiple of eight. */
interface Contributions {
  taps: number;
  indices: Int32Array;
  weights: Int32Array;
}

function contributions(length: number, resultLength: number, scale: number): Contributions {
  const stretch = Math.max(1, 1 / scale);
  const taps = 8 * Math.ceil(stretch / 2);
  const indices = new Int32Array(resultLength * taps);
  const weights = new Int32Array(resultLength * taps);
  for (let i = 0; i < resultLength; i++) {
    const centre = (i + 0.5) / scale - 0.5;
    const first = Math.ceil(centre - 2 * stretch);
    let sum = 0;
    for (let t = 0; t < taps; t++) sum += cubic((centre - first - t) / stretch);
    for (let t = 0; t < taps; t++) {
      indices[i * taps + t] = mirrorIndex(first + t, length);
      weights[i * taps + t] = Math.round((cubic((centre - first - t) / stretch) / sum) * 2 ** weightBits);
    }
  }
  return { taps, indices, weights };
}

/** Keys' cubic kernel with a = -0.5 (Catmull and Rom's spline). */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/**
 * Resizes along the columns and swaps rows and columns: done twice, both axes are resized and stand as before.
 * The sums then always run along rows, in the order in which memory lies.
 */
function resizeHeightAndTranspose(image: Raster, scale: number): Raster {
  const { width, channels, data } = image;
  const height = scaledSize(image.height, scale);
  const { taps, indices, weights } = contributions(image.height, height, scale);
  const rowLength = width * channels;
  const sums = new Int32Array(rowLength);
  const result = new Uint8ClampedArray(rowLength * height);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    for (let t = row * taps; t < (row + 1) * taps; t += 8) {
      addRows(sums, data, indices.subarray(t, t + 8), weights.subarray(t, t + 8));
    }
    for (let x = 0, source = 0; x < width; x++) {
      let target = (x * height + row) * channels;
      for (let c = 0; c < channels; c++) result[target++] = sums[source++] >> weightBits;
    }
  }
  return { width: height, height: width, channels, data: new Uint8Array(result.buffer) };
}

/** Adds eight weighted rows at once: the sums are then fetched and stored an eighth as often. */
function addRows(sums: Int32Array, data: Uint8Array, rows: Int32Array, weights: Int32Array): void {
  const { length } = sums;
  const [a, b, c, d, e, f, g, h] = rows.map((row) => row * length);
  const [wa, wb, wc, wd, we, wf, wg, wh] = weights;
  for (let i = 0; i < length; i++) {
    sums[i] +=
      Math.imul(wa, data[a + i]) +
      Math.imul(wb, data[b + i]) +
      Math.imul(wc, data[c + i]) +
      Math.imul(wd, data[d + i]) +
      Math.imul(we, data[e + i]) +
      Math.imul(wf, data[f + i]) +
      Math.imul(wg, data[g + i]) +
      Math.imul(wh, data[h + i]);
  }
}
