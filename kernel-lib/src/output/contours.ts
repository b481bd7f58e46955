import type { StoredMap } from "./pictures.js";

/** A region's border and those of its holes: closed lines of points (column, row), in pixels of the map. */
export type Polygon = [x: number, y: number][][];

/**
 * The borders of the regions whose probability is at least a threshold, between pixels where the probabilities say.
 *
 * A pixel's middle lies half a pixel right of and below its corner, and is inside exactly where `applyThreshold` gives 1.
 *
 * @param threshold probability, [0,1]
 * @returns a polygon a region, the border first, then its holes
 * @example
 * const map = { width: 3, height: 1, levels: Uint8Array.of(0, 255, 0) };
 * (await contoursOf(map, 0.5))[0][0].length; // => 5
 */
export async function contoursOf(
  { width, height, levels }: StoredMap,
  threshold: number,
): Promise<Polygon[]> {
  const { contours } = await import("d3-contour");
  const { coordinates } = contours()
    .size([width, height])
    .contour(Array.from(levels), 255 * threshold);
  return coordinates as Polygon[];
}
