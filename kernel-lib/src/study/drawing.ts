import type { Raster } from "./raster.js";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** One colour a meaning, in every view: the outline of the pathologist's mask, and the three types of patches. */
export const colours = {
  mask: [0, 229, 255],
  threshold: [255, 255, 255],
  p: [0, 158, 115],
  e: [230, 159, 0],
  b: [0, 114, 178],
} as const satisfies Record<string, Colour>;

/**
 * Draws the outline of a region over an image: its pixels that touch the outside, and dark ones round them so
 * that the line is seen on any stain.
 *
 * Nothing is drawn along the image's own border, where nobody knows how the region goes on.
 *
 * @param region one byte a pixel, 0 outside
 */
export function drawOutline(image: Raster, region: Uint8Array, colour: Colour): Raster {
  const { width, height } = image;
  const data = Uint8Array.from(image.data);
  const differs = (i: number, x: number, y: number): boolean =>
    (x > 0 && region[i - 1] !== region[i]) ||
    (x < width - 1 && region[i + 1] !== region[i]) ||
    (y > 0 && region[i - width] !== region[i]) ||
    (y < height - 1 && region[i + width] !== region[i]);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (differs(i, x, y)) data.set(region[i] === 0 ? darkened(image.data, i) : colour, i * 3);
    }
  }
  return { ...image, data };
}

function darkened(data: Uint8Array, pixel: number): number[] {
  return [0, 1, 2].map((channel) => Math.round(0.35 * data[pixel * 3 + channel]));
}

/** Mixes a colour into an image where a region is marked. */
export function tint(image: Raster, region: Uint8Array, colour: Colour, opacity: number): Raster {
  const data = Uint8Array.from(image.data);
  for (let i = 0; i < region.length; i++) {
    if (region[i] === 0) continue;
    for (let c = 0; c < 3; c++) {
      data[i * 3 + c] = Math.round((1 - opacity) * data[i * 3 + c] + opacity * colour[c]);
    }
  }
  return { ...image, data };
}
