import type { Raster } from "../study/index.js";

/** Which pixels may be the centre of which type of patch: one byte a pixel, 1 where it may. */
export interface Regions {
  /** Epithelium that is not white. */
  p: Uint8Array;
  /** The ring of 2 pixels just outside of the mask. */
  e: Uint8Array;
  /** Stroma: more than 3 pixels from epithelium, and not white. */
  b: Uint8Array;
}

/** Width of the edge ring in working pixels. */
const edgeWidth = 2;
/** Background keeps this distance (working pixels) from the epithelium. */
const backgroundDistance = 3;

/**
 * Divides an image into the three regions of step 1 (rules of the original step1_make_patches.m).
 *
 * @param image RGB at the working scale
 * @param mask 0 or 1, of the same size
 * @param white share of full grey above which a pixel is white, [0,1]
 * @param whiteEdges `keep` lets white pixels into the edge ring, as the original does
 * @example
 * const image = { width: 7, height: 1, channels: 3 as const, data: new Uint8Array(21) };
 * const mask = { width: 7, height: 1, channels: 1 as const, data: Uint8Array.of(1, 0, 0, 0, 0, 0, 0) };
 * const { p, e, b } = findRegions(image, mask, 0.8);
 * [p, e, b]; // => [[1, 0, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]]
 */
export function findRegions(
  image: Raster,
  mask: Raster,
  white: number,
  whiteEdges: "remove" | "keep" = "remove",
): Regions {
  const { width, height } = image;
  const length = width * height;
  const isWhite = whitePixels(image, white);
  const p = new Uint8Array(length);
  for (let i = 0; i < length; i++) p[i] = mask.data[i] & (isWhite[i] ^ 1);
  const nearMask = dilate(mask.data, width, height, edgeWidth);
  const nearEpithelium = dilate(p, width, height, backgroundDistance);
  const e = new Uint8Array(length);
  const b = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const mayBeEdge = whiteEdges === "keep" || isWhite[i] === 0;
    e[i] = nearMask[i] === 1 && mask.data[i] === 0 && mayBeEdge ? 1 : 0;
    b[i] = nearEpithelium[i] === 0 && isWhite[i] === 0 ? 1 : 0;
  }
  return { p, e, b };
}

/**
 * Marks the pixels whose grey is above a share of 255.
 *
 * Grey is the luminance of NTSC's YIQ, rounded to 8 bits first, as Matlab's rgb2gray has it for uint8 images.
 *
 * @param white share of full grey, [0,1]
 * @example
 * const image = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(204, 204, 204, 205, 205, 205) };
 * whitePixels(image, 0.8); // => [0, 1]
 */
export function whitePixels(image: Raster, white: number): Uint8Array {
  const { data, width, height } = image;
  const marked = new Uint8Array(width * height);
  for (let i = 0, k = 0; i < marked.length; i++, k += 3) {
    const grey = Math.round(0.298936 * data[k] + 0.587043 * data[k + 1] + 0.114021 * data[k + 2]);
    marked[i] = grey / 255 > white ? 1 : 0;
  }
  return marked;
}

/**
 * Grows a binary region by `steps` pixels in all eight directions (Matlab's bwmorph "dilate", n times).
 *
 * The 3x3 square, applied n times, is a square of side 2n+1: two passes, along rows and along columns.
 *
 * @param region one byte a pixel, 0 or 1
 * @example
 * dilate(Uint8Array.of(0, 0, 1, 0, 0), 5, 1, 1); // => [0, 1, 1, 1, 0]
 */
export function dilate(region: Uint8Array, width: number, height: number, steps: number): Uint8Array {
  const wide = new Uint8Array(region.length);
  for (let start = 0; start < region.length; start += width) {
    growLine(region, wide, start, 1, width, steps);
    growLine(region, wide, start + width - 1, -1, width, steps);
  }
  const grown = new Uint8Array(region.length);
  growRows(wide, grown, 0, width, width, height, steps);
  growRows(wide, grown, (height - 1) * width, -width, width, height, steps);
  return grown;
}

/** Marks what lies up to `steps` pixels after a marked one, walking `length` pixels with the given stride. */
function growLine(
  source: Uint8Array,
  target: Uint8Array,
  start: number,
  stride: number,
  length: number,
  steps: number,
): void {
  let distance = steps + 1;
  for (let n = 0, i = start; n < length; n++, i += stride) {
    distance = source[i] ? 0 : distance + 1;
    if (distance <= steps) target[i] = 1;
  }
}

/** The same for all columns at once, row by row: memory is walked in its own order. */
function growRows(
  source: Uint8Array,
  target: Uint8Array,
  start: number,
  stride: number,
  width: number,
  height: number,
  steps: number,
): void {
  const distances = new Int32Array(width).fill(steps + 1);
  for (let n = 0, row = start; n < height; n++, row += stride) {
    for (let x = 0; x < width; x++) {
      const distance = source[row + x] ? 0 : distances[x] + 1;
      distances[x] = distance;
      if (distance <= steps) target[row + x] = 1;
    }
  }
}
