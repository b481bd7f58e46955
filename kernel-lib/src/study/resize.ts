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
  const { width, height } = image;
  const whole = { left: 0, top: 0, width: scaledSize(width, scale), height: scaledSize(height, scale) };
  return resizePart(image, { left: 0, top: 0, width, height }, whole, scale);
}

/** A rectangle in an image, in pixels. */
export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The part of an image that a part of its resized form is made of.
 *
 * @param size of the whole image, pixels
 * @param region of the resized image, within it
 * @param scale pixels of the result per pixel of the image
 * @example
 * sourceRegion({ width: 100, height: 100 }, { left: 10, top: 0, width: 10, height: 50 }, 0.5);
 * // => { left: 17, top: 0, width: 26, height: 100 }
 */
export function sourceRegion(
  size: { width: number; height: number },
  { left, top, width, height }: Region,
  scale: number,
): Region {
  if (scale === 1) return { left, top, width, height };
  const across = contributions(size.width, left, width, scale);
  const down = contributions(size.height, top, height, scale);
  return {
    left: across.first,
    top: down.first,
    width: across.end - across.first,
    height: down.end - down.first,
  };
}

/**
 * Computes a part of a resized image, with the same bytes as `resizeCubic` has there, from no more of the image than
 * that takes.
 *
 * @param part what `sourceRegion` asks for
 * @param place where the part begins, and the size of the whole image, pixels
 * @param region of the resized image, within it
 * @param scale pixels of the result per pixel of the image
 */
export function resizePart(part: Raster, place: Region, region: Region, scale: number): Raster {
  if (scale === 1) return part;
  const down = contributions(place.height, region.top, region.height, scale);
  const across = contributions(place.width, region.left, region.width, scale);
  const lower = resizeHeightAndTranspose(part, place.top, down);
  return resizeHeightAndTranspose(lower, place.left, across);
}

/** Weights are whole multiples of 2^-20: exact to a thousandth of a grey level, and faster than fractions. */
const weightBits = 20;
const half = 1 << (weightBits - 1);

/** Which source pixels make up each pixel of the result along one axis: `taps` each, a multiple of eight. */
interface Contributions {
  taps: number;
  indices: Int32Array;
  weights: Int32Array;
  /** All indices lie from `first` to before `end`. */
  first: number;
  end: number;
}

/** @param start the first pixel of the result that is wanted, and `resultLength` how many */
function contributions(length: number, start: number, resultLength: number, scale: number): Contributions {
  const stretch = Math.max(1, 1 / scale);
  const taps = 8 * Math.ceil(stretch / 2);
  const indices = new Int32Array(resultLength * taps);
  const weights = new Int32Array(resultLength * taps);
  let [lowest, highest] = [length, 0];
  for (let i = 0; i < resultLength; i++) {
    const centre = (start + i + 0.5) / scale - 0.5;
    const first = Math.ceil(centre - 2 * stretch);
    let sum = 0;
    for (let t = 0; t < taps; t++) sum += cubic((centre - first - t) / stretch);
    for (let t = 0; t < taps; t++) {
      const index = mirrorIndex(first + t, length);
      lowest = Math.min(lowest, index);
      highest = Math.max(highest, index);
      indices[i * taps + t] = index;
      weights[i * taps + t] = Math.round((cubic((centre - first - t) / stretch) / sum) * 2 ** weightBits);
    }
  }
  return { taps, indices, weights, first: lowest, end: highest + 1 };
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
function resizeHeightAndTranspose(
  image: Raster,
  firstRow: number,
  { taps, indices, weights }: Contributions,
): Raster {
  const { width, channels, data } = image;
  const height = indices.length / taps;
  const rows = firstRow === 0 ? indices : indices.map((index) => index - firstRow);
  const rowLength = width * channels;
  const sums = new Int32Array(rowLength);
  const result = new Uint8ClampedArray(rowLength * height);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    for (let t = row * taps; t < (row + 1) * taps; t += 8) {
      addRows(sums, data, rows.subarray(t, t + 8), weights.subarray(t, t + 8));
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
