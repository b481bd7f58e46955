import type { Region } from "./window.js";

/**
 * The border between the pixels of a plane that have at least `level` and the rest, as straight pieces along the
 * pixels' edges: x0, y0, x1, y1 (pixels, from the top left corner) for each. The picture's own rim is no border.
 *
 * @param region only the pieces round these pixels; default all
 */
export function outline(
  plane: Uint8Array,
  width: number,
  height: number,
  level: number,
  region: Region = { left: 0, top: 0, right: width, bottom: height },
): Int32Array {
  const { left, top, right, bottom } = region;
  const pieces: number[] = [];
  for (let y = Math.max(1, top); y < bottom; y++) {
    const row = y * width;
    let start = -1;
    for (let x = left; x < right; x++) {
      const border = plane[row + x] >= level !== plane[row - width + x] >= level;
      if (border && start < 0) {
        start = x;
      } else if (!border && start >= 0) {
        pieces.push(start, y, x, y);
        start = -1;
      }
    }
    if (start >= 0) {
      pieces.push(start, y, right, y);
    }
  }
  // Rows outside, columns inside, so that memory is read in its own order; open[x] is where column x's piece began.
  const open = new Int32Array(width).fill(-1);
  for (let y = top; y < bottom; y++) {
    const row = y * width;
    for (let x = Math.max(1, left); x < right; x++) {
      const border = plane[row + x] >= level !== plane[row + x - 1] >= level;
      if (border && open[x] < 0) {
        open[x] = y;
      } else if (!border && open[x] >= 0) {
        pieces.push(x, open[x], x, y);
        open[x] = -1;
      }
    }
  }
  for (let x = 1; x < width; x++) {
    if (open[x] >= 0) {
      pieces.push(x, open[x], x, bottom);
    }
  }
  return Int32Array.from(pieces);
}
