import type { Region } from "../../study/index.js";
import type { ModeName } from "../modes/index.js";

/** One tile of a map: its place in the grid, and its pixels. */
export interface Tile extends Region {
  row: number;
  column: number;
}

/**
 * Side of a tile in working pixels. Dense mode shares more in a large one; of the others, which take minutes for that, less is
 * lost with an interrupt when it is small.
 */
const sides: Record<ModeName, number> = { dense: 1024, window: 256, adaptive: 256 };

/** The side of a mode's tiles in working pixels, a multiple of the stride, so that the computed pixels are those of the whole map. */
export function tileSide(mode: ModeName, stride: number): number {
  return Math.max(1, Math.floor(sides[mode] / stride)) * stride;
}

/**
 * Divides a map into tiles, row by row; those at its right and lower edge are smaller.
 *
 * @param side of a tile in pixels
 */
export function tilesOf(width: number, height: number, side: number): Tile[] {
  const [rows, columns] = [Math.ceil(height / side), Math.ceil(width / side)];
  return Array.from({ length: rows * columns }, (_, n) => {
    const [row, column] = [Math.floor(n / columns), n % columns];
    const [top, left] = [row * side, column * side];
    return {
      row,
      column,
      top,
      left,
      width: Math.min(side, width - left),
      height: Math.min(side, height - top),
    };
  });
}

/** A region grown on each side, but not beyond the image. */
export function grown(
  { left, top, width, height }: Region,
  margin: number,
  image: { width: number; height: number },
): Region {
  const [x, y] = [Math.max(0, left - margin), Math.max(0, top - margin)];
  return {
    left: x,
    top: y,
    width: Math.min(image.width, left + width + margin) - x,
    height: Math.min(image.height, top + height + margin) - y,
  };
}
