import type { Raster } from "../study/index.js";

/** An area's border and those of its holes, as points (x, y) in pixels of the image; closed or not. */
export type Area = readonly (readonly (readonly [x: number, y: number])[])[];

/**
 * Marks the pixels of a mask whose middles lie in an area: pixel (x, y) where the point (x + 0.5, y + 0.5) does.
 *
 * Inside is what an odd number of borders surrounds, so that holes are left out. A middle that lies exactly on a border belongs to
 * the area on its right (on a horizontal border: below it), so that of two areas with a common border each pixel gets one. What lies
 * beyond the mask is cut off.
 *
 * @param mask is changed: 1 where the area is; other pixels stay as they are
 * @example
 * const mask = { width: 4, height: 1, channels: 1 as const, data: new Uint8Array(4) };
 * fillArea(mask, [[[0.5, 0], [2.5, 0], [2.5, 1], [0.5, 1]]]);
 * mask.data; // => [1, 1, 0, 0]
 */
export function fillArea({ width, height, data }: Raster, area: Area): void {
  const crossings = new Map<number, number[]>();
  for (const ring of area) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [upper, lower] = ring[i][1] < ring[j][1] ? [ring[i], ring[j]] : [ring[j], ring[i]];
      const slope = (lower[0] - upper[0]) / (lower[1] - upper[1]);
      const last = Math.min(height, firstMiddle(lower[1]));
      for (let row = Math.max(0, firstMiddle(upper[1])); row < last; row++) {
        const x = upper[0] + (row + 0.5 - upper[1]) * slope;
        const known = crossings.get(row);
        if (known) known.push(x);
        else crossings.set(row, [x]);
      }
    }
  }
  for (const [row, columns] of crossings) {
    columns.sort((a, b) => a - b);
    for (let i = 0; i + 1 < columns.length; i += 2) {
      const from = Math.max(0, firstMiddle(columns[i]));
      const to = Math.min(width, firstMiddle(columns[i + 1]));
      if (from < to) data.fill(1, row * width + from, row * width + to);
    }
  }
}

/** The first row or column whose middle lies at or after a place. */
function firstMiddle(place: number): number {
  return Math.ceil(place - 0.5);
}
