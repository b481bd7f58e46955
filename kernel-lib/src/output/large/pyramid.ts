import { readFileSync, rmSync } from "node:fs";
import type * as fastPng from "fast-png";
import { cannotWrite, giveName, unfinishedPath } from "../../foundation/index.js";
import { PlainTiff } from "./plainTiff.js";
import type { Tile } from "./tileGrid.js";

/** Side of the file's own tiles in pixels, which viewers load one by one. */
const fileTile = 256;

/** What becomes of a map's tiles. */
export interface PyramidTask {
  /** Of the finished file. */
  path: string;
  width: number;
  height: number;
  channels: 1 | 3;
  /** Row by row. */
  tiles: readonly Tile[];
  /** The path of a tile's PNG. */
  picture: (tile: Tile) => string;
  /** µm a pixel, which is written into the file; null where it is not known. */
  micrometres: number | null;
}

/**
 * Puts tiles together into one TIFF in tiles, with the same picture at half the size, a quarter and so on beside it, so that a viewer
 * shows any part at once. No more than one row of tiles is in memory.
 */
export async function writePyramid({
  path,
  width,
  height,
  channels,
  micrometres,
  ...rest
}: PyramidTask): Promise<void> {
  const plain = unfinishedPath(`${path}.plain`);
  const temporary = unfinishedPath(path);
  try {
    stitch(new PlainTiff(plain, width, height, channels), width, channels, rest);
    const { default: sharp } = await import("sharp");
    const picture = sharp(plain, { limitInputPixels: false, sequentialRead: true });
    // Pixels per mm.
    const resolution = micrometres === null ? {} : { xres: 1000 / micrometres, yres: 1000 / micrometres };
    await (channels === 1 ? picture.toColourspace("b-w") : picture)
      .tiff({
        tile: true,
        tileWidth: fileTile,
        tileHeight: fileTile,
        pyramid: true,
        compression: "deflate",
        predictor: "horizontal",
        // The older form ends at 4 GB.
        bigtiff: width * height * channels > 2 ** 31,
        resolutionUnit: "cm",
        ...resolution,
      })
      .toFile(temporary);
    giveName(temporary, path);
  } catch (error) {
    throw cannotWrite(path, error);
  } finally {
    rmSync(plain, { force: true });
    rmSync(temporary, { force: true });
  }
}

function stitch(
  target: PlainTiff,
  width: number,
  channels: number,
  { tiles, picture }: Pick<PyramidTask, "tiles" | "picture">,
): void {
  const { decode } = require("fast-png") as typeof fastPng;
  try {
    let band = new Uint8Array(0);
    for (const tile of tiles) {
      if (tile.left === 0) band = new Uint8Array(width * tile.height * channels);
      const { data } = decode(readFileSync(picture(tile)));
      const rowBytes = tile.width * channels;
      for (let y = 0; y < tile.height; y++) {
        const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
        band.set(row, (y * width + tile.left) * channels);
      }
      if (tile.left + tile.width === width) target.write(band);
    }
  } finally {
    target.close();
  }
}
