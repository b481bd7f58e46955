import type { Raster } from "../../study/index.js";

/** Tiles a row and rows a sheet, at most. */
const across = 32;
const down = 32;

/** Tiles of equal size without gaps, as a JPEG file. */
export interface SpriteSheet {
  columns: number;
  rows: number;
  jpeg: Uint8Array;
}

/** The side (pixels) of a patch's tile: larger patches are reduced, as a grid shows them small. */
export function tileSide(size: number): number {
  return Math.min(size, 32);
}

/** Packs tiles into sprite sheets of at most 32 x 32 tiles each. */
export async function spriteSheets(tiles: readonly Raster[], quality: number): Promise<SpriteSheet[]> {
  const sheets: SpriteSheet[] = [];
  for (let start = 0; start < tiles.length; start += across * down) {
    sheets.push(await spriteSheet(tiles.slice(start, start + across * down), quality));
  }
  return sheets;
}

/**
 * Packs tiles into one sprite sheet. JPEG's blocks of 16 pixels keep neighbours apart whose side is a multiple of that; for
 * others the colours are not reduced.
 */
export async function spriteSheet(tiles: readonly Raster[], quality: number): Promise<SpriteSheet> {
  const side = tiles[0].width;
  const columns = Math.min(across, tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const rowLength = columns * side * 3;
  const data = new Uint8Array(rows * side * rowLength).fill(255);
  tiles.forEach((tile, n) => {
    const start = Math.floor(n / columns) * side * rowLength + (n % columns) * side * 3;
    for (let y = 0; y < side; y++) {
      data.set(tile.data.subarray(y * side * 3, (y + 1) * side * 3), start + y * rowLength);
    }
  });
  const { default: sharp } = await import("sharp");
  const picture = sharp(data, { raw: { width: columns * side, height: rows * side, channels: 3 } });
  const jpeg = await picture
    .jpeg({ quality, mozjpeg: true, chromaSubsampling: side % 16 === 0 ? "4:2:0" : "4:4:4" })
    .toBuffer();
  return { columns, rows, jpeg: new Uint8Array(jpeg) };
}

/** Reduces a square patch to a smaller side: each pixel is the mean of those that it stands for. */
export function reduced(patch: Raster, side: number): Raster {
  const { width } = patch;
  if (side === width) return patch;
  const data = new Uint8Array(side * side * 3);
  const from = (n: number): number => Math.floor((n * width) / side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const pixels = (from(y + 1) - from(y)) * (from(x + 1) - from(x));
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let v = from(y); v < from(y + 1); v++) {
          for (let u = from(x); u < from(x + 1); u++) sum += patch.data[(v * width + u) * 3 + c];
        }
        data[(y * side + x) * 3 + c] = Math.round(sum / pixels);
      }
    }
  }
  return { width: side, height: side, channels: 3, data };
}
