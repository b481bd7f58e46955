import type { Raster } from "../study/index.js";
import { html, type Html } from "./html.js";
import { imageTag, pngUrl } from "./png.js";

/** Viridis, 256 steps of red, green and blue: readable for colour-blind readers and in grey print. */
async function viridis(): Promise<Uint8Array> {
  const { interpolateViridis } = await import("d3-scale-chromatic");
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const [, red, green, blue] = /^#(..)(..)(..)$/.exec(interpolateViridis(level / 255)) ?? [];
    table.set(
      [red, green, blue].map((digits) => parseInt(digits, 16)),
      level * 3,
    );
  }
  return table;
}

/**
 * Colours an image by a map: the darkness of the tissue stays, the hue says the probability.
 *
 * @param levels 255 times the probability, one a pixel
 */
export async function overlay(image: Raster, levels: Uint8Array, opacity = 0.6): Promise<Raster> {
  const table = await viridis();
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < levels.length; i++) {
    for (let c = 0; c < 3; c++) {
      data[i * 3 + c] = Math.round(
        (1 - opacity) * image.data[i * 3 + c] + opacity * table[levels[i] * 3 + c],
      );
    }
  }
  return { ...image, data };
}

/** How much one map is above another, [-1,1]: purple where it is below, orange where it is above, white where they agree. */
export async function differencePicture(
  one: { width: number; height: number; levels: Uint8Array },
  other: { levels: Uint8Array },
): Promise<Raster> {
  const table = await purpleOrange();
  const data = new Uint8Array(one.levels.length * 3);
  one.levels.forEach((level, i) => {
    const entry = 128 + Math.trunc((level - other.levels[i]) / 2);
    data.set(table.subarray(entry * 3, entry * 3 + 3), i * 3);
  });
  return { width: one.width, height: one.height, channels: 3, data };
}

/** The legend of a difference: colours from -1 to 1. */
export async function differenceScale(): Promise<Html> {
  return html`−1 ${await scaleTag(await purpleOrange(), "colours from a difference of -1 to 1")} 1`;
}

/** The legend: colours from probability 0 to 1. */
export async function probabilityScale(): Promise<Html> {
  return html`0 ${await scaleTag(await viridis(), "colours from probability 0 to 1")} 1`;
}

async function scaleTag(table: Uint8Array, alternative: string): Promise<Html> {
  const height = 16;
  const strip: Raster = { width: 256, height, channels: 3, data: new Uint8Array(table.length * height) };
  for (let y = 0; y < height; y++) strip.data.set(table, y * table.length);
  return imageTag(await pngUrl(strip), 150, alternative);
}

/** Purple to orange over white, 256 steps: colour-blind readers tell its ends apart. */
async function purpleOrange(): Promise<Uint8Array> {
  const { interpolatePuOr } = await import("d3-scale-chromatic");
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const numbers = interpolatePuOr(level / 255).match(/\d+/g) ?? [];
    table.set(numbers.slice(0, 3).map(Number), level * 3);
  }
  return table;
}
