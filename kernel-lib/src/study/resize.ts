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
  const { channels } = image;
  const width = scaledSize(image.width, scale);
  const height = scaledSize(image.height, scale);
  const rowLength = image.width * channels;
  const lower = alongColumns(image.data, rowLength, contributions(image.height, height, scale));
  const data = alongRows(lower, image.width, height, channels, contributions(image.width, width, scale));
  return { width, height, channels, data };
}

/** Weights are whole multiples of 2^-20: exact to a thousandth of a grey level, and faster than fractions. */
const weightBits = 20;
const half = 1 << (weightBits - 1);

/** Which source pixels make up each pixel of the result along one axis: `taps` each, a multiple of four. */
interface Contributions {
  taps: number;
  indices: Int32Array;
  weights: Int32Array;
}

function contributions(length: number, resultLength: number, scale: number): Contributions {
  const stretch = Math.max(1, 1 / scale);
  const taps = 4 * Math.ceil(stretch);
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

function alongColumns(
  data: Uint8Array,
  rowLength: number,
  { taps, indices, weights }: Contributions,
): Uint8ClampedArray {
  const rows = indices.length / taps;
  const result = new Uint8ClampedArray(rows * rowLength);
  const sums = new Int32Array(rowLength);
  for (let row = 0; row < rows; row++) {
    sums.fill(half);
    // Four source rows at a time: the sums are then fetched and stored a quarter as often.
    for (let t = row * taps; t < (row + 1) * taps; t += 4) {
      const [a, b, c, d] = indices.subarray(t, t + 4).map((index) => index * rowLength);
      const [wa, wb, wc, wd] = weights.subarray(t, t + 4);
      for (let i = 0; i < rowLength; i++) {
        sums[i] +=
          Math.imul(wa, data[a + i]) +
          Math.imul(wb, data[b + i]) +
          Math.imul(wc, data[c + i]) +
          Math.imul(wd, data[d + i]);
      }
    }
    for (let i = 0, k = row * rowLength; i < rowLength; i++, k++) result[k] = sums[i] >> weightBits;
  }
  return result;
}

function alongRows(
  data: Uint8ClampedArray,
  width: number,
  height: number,
  channels: 1 | 3,
  { taps, indices, weights }: Contributions,
): Uint8Array {
  const resultWidth = indices.length / taps;
  const result = new Uint8ClampedArray(resultWidth * height * channels);
  const offsets = indices.map((index) => index * channels);
  for (let row = 0, target = 0; row < height; row++) {
    const start = row * width * channels;
    for (let x = 0; x < resultWidth; x++, target += channels) {
      let red = half;
      let green = half;
      let blue = half;
      for (let t = x * taps; t < (x + 1) * taps; t++) {
        const weight = weights[t];
        const source = start + offsets[t];
        red += Math.imul(weight, data[source]);
        if (channels === 1) continue;
        green += Math.imul(weight, data[source + 1]);
        blue += Math.imul(weight, data[source + 2]);
      }
      result[target] = red >> weightBits;
      if (channels === 1) continue;
      result[target + 1] = green >> weightBits;
      result[target + 2] = blue >> weightBits;
    }
  }
  return new Uint8Array(result.buffer);
}
