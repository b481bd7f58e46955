import { existsSync } from "node:fs";
import { join } from "node:path";
import { giveName, unfinishedPath } from "../../foundation/index.js";
import {
  copyIntoTiles,
  imageSize,
  mirrorIndex,
  readImagePart,
  readTiffTags,
  resizePart,
  scaledSize,
  sourceRegion,
  type Raster,
  type Region,
} from "../../study/index.js";

/** An image at the working scale of which parts are read, with the bytes that the whole would have there. */
export interface ImageSource {
  /** Of the image at the working scale, in pixels. */
  width: number;
  height: number;
  /**
   * Reads a part, RGB.
   *
   * @param region in pixels at the working scale, within the image
   */
  read(region: Region): Promise<Raster>;
}

/**
 * Opens an image for reading parts of it. An image that is no TIFF in tiles is first copied into one, since every part of it would
 * else be sought from its beginning.
 *
 * @param scale working pixels per pixel of the file
 * @param folder where such a copy is kept
 * @throws HistobookError `BadInput` when the file can't be decoded.
 */
export async function openImageSource(path: string, scale: number, folder: string): Promise<ImageSource> {
  const size = await imageSize(path);
  const file = (await readTiffTags(path))?.tiled ? path : await tiledCopy(path, folder);
  return {
    width: scaledSize(size.width, scale),
    height: scaledSize(size.height, scale),
    async read(region) {
      const from = sourceRegion(size, region, scale);
      const place = { left: from.left, top: from.top, ...size };
      return resizePart(await readImagePart(file, from), place, region, scale);
    },
  };
}

async function tiledCopy(path: string, folder: string): Promise<string> {
  const copy = join(folder, "source.tif");
  if (!existsSync(copy)) {
    await copyIntoTiles(path, unfinishedPath(copy));
    giveName(unfinishedPath(copy), copy);
  }
  return copy;
}

/**
 * Cuts a region with a margin out of a part of an image; beyond the image's edges it is mirrored, as `padSymmetric` does.
 *
 * @param part of the image, which holds all of the region and its margin that lies in the image
 * @param place where the part begins, and the size of the whole image
 */
export function padPart(part: Raster, place: Region, region: Region, margin: number): Raster {
  const width = region.width + 2 * margin;
  const height = region.height + 2 * margin;
  const data = new Uint8Array(width * height * 3);
  const columns = Uint32Array.from(
    { length: width },
    (_, x) => mirrorIndex(region.left - margin + x, place.width) - place.left,
  );
  for (let y = 0, target = 0; y < height; y++) {
    const row = (mirrorIndex(region.top - margin + y, place.height) - place.top) * part.width;
    for (const column of columns) {
      const source = (row + column) * 3;
      data[target++] = part.data[source];
      data[target++] = part.data[source + 1];
      data[target++] = part.data[source + 2];
    }
  }
  return { width, height, channels: 3, data };
}
