import { patchCutter, type PatchCutter } from "../../patches/index.js";
import { readImage, type Raster } from "../../study/index.js";
import { positionOf, type PatchAlbum } from "./album.js";

/** Pixels of the images that are kept ready for cutting, over all displays: some 250 MB. */
const mostPixels = 64_000_000;

interface Ready {
  cutter: PatchCutter;
  pixels: number;
}

/** By image and parameters, the one that was used longest ago first. */
const ready = new Map<string, Ready>();

/** Cuts a patch anew from its image: RGB at its full size. It works without step 1's files (`direct`) too. */
export async function cutPatch(album: PatchAlbum, patch: number): Promise<Raster> {
  const { size } = album.parameters;
  const cutter = await cutterOf(album, album.image[patch]);
  const data = new Uint8Array(size * size * 3);
  cutter.cut(positionOf(album, patch), album.rotations[album.rotation[patch]], data);
  return { width: size, height: size, channels: 3, data };
}

/** The mean of all values of each patch, 0 to 255. */
export async function brightnessOf(album: PatchAlbum): Promise<Uint8Array> {
  const { size } = album.parameters;
  const brightness = new Uint8Array(album.length);
  const data = new Uint8Array(size * size * 3);
  let patch = 0;
  for (let image = 0; image < album.images.length; image++) {
    const cutter = await cutterOf(album, image);
    for (; patch < album.length && album.image[patch] === image; patch++) {
      cutter.cut(positionOf(album, patch), album.rotations[album.rotation[patch]], data);
      brightness[patch] = meanOf(data);
    }
  }
  return brightness;
}

/** The mean of a picture's values, rounded. */
export function meanOf(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return Math.round(sum / data.length);
}

async function cutterOf({ parameters, images }: PatchAlbum, index: number): Promise<PatchCutter> {
  const { one, record } = images[index];
  const key = `${record.key} ${one.imagePath}`;
  const found = ready.get(key) ?? {
    cutter: patchCutter(await readImage(one.imagePath, parameters.scale), {
      ...parameters,
      rotations: record.rotations,
    }),
    pixels: record.width * record.height,
  };
  // At the end again: it is the one that was used last.
  ready.delete(key);
  ready.set(key, found);
  let pixels = 0;
  for (const one of ready.values()) pixels += one.pixels;
  for (const [oldest, { pixels: freed }] of ready) {
    if (pixels <= mostPixels || oldest === key) break;
    ready.delete(oldest);
    pixels -= freed;
  }
  return found.cutter;
}
