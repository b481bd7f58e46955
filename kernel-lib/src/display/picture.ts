import type { Colour, Raster } from "../study/index.js";

/** A colour as CSS writes it. */
export function css([red, green, blue]: Colour): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** A mask (0 and 1) as a picture (0 and 255). */
export function maskPicture(mask: Raster): Raster {
  return { ...mask, data: mask.data.map((value) => 255 * value) };
}

/**
 * Lays pictures of one size out on a white sheet, row by row.
 *
 * @param columns pictures a row
 * @param gap pixels between them
 */
export function sheet(tiles: readonly Raster[], columns: number, gap = 1): Raster {
  const { width: tileWidth, height: tileHeight } = tiles[0];
  const across = Math.min(columns, tiles.length);
  const down = Math.ceil(tiles.length / columns);
  const width = across * (tileWidth + gap) - gap;
  const height = down * (tileHeight + gap) - gap;
  const data = new Uint8Array(width * height * 3).fill(255);
  tiles.forEach((tile, n) => {
    const left = (n % columns) * (tileWidth + gap);
    const top = Math.floor(n / columns) * (tileHeight + gap);
    for (let y = 0; y < tileHeight; y++) {
      const row = tile.data.subarray(y * tileWidth * 3, (y + 1) * tileWidth * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  });
  return { width, height, channels: 3, data };
}

/** A grey plane as a picture of equal red, green and blue. */
export function greyPicture(width: number, height: number, levels: Uint8Array): Raster {
  const data = new Uint8Array(levels.length * 3);
  levels.forEach((level, i) => data.fill(level, i * 3, i * 3 + 3));
  return { width, height, channels: 3, data };
}
