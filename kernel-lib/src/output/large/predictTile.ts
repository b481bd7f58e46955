import type { Classifier } from "../../engine/index.js";
import type { Raster, Region } from "../../study/index.js";
import { modes, turnsFor, viewsOfPadded, type FilledGrid } from "../modes/index.js";
import type { MapOptions, MapSettings } from "../probabilityMap.js";
import { fillings, strideIndices } from "../stride.js";
import { padPart } from "./imageSource.js";
import { grown } from "./tileGrid.js";

/** Computed pixels that adaptive mode sees beyond a tile's edges, so that what it estimates there does not end at them. */
const adaptiveSurroundings = 8;

/** What a tile's map is computed with. */
export interface TileWork extends Required<MapSettings>, Pick<MapOptions, "onWindows" | "signal"> {
  classifier: Classifier;
  /** Of the whole image at the working scale, in pixels. */
  image: { width: number; height: number };
}

/** How far beyond the tile the image is looked at, in working pixels. */
export function tileMargin(work: TileWork): number {
  const { classifier, mode } = work;
  return classifier.patchSize / 2 + modes[mode].context(classifier) + surroundings(work);
}

/**
 * The map of a region, with the values that the whole image's map has there; adaptive mode shares out its windows region by region,
 * so that its estimates are other ones.
 *
 * @param part the region with at least `tileMargin` round it, where the image has it
 * @param place where the part's upper left pixel lies in the image
 * @param region in pixels of the image; its left and upper edge are multiples of the stride
 * @throws HistobookError `Interrupted`, `Unsupported`.
 */
export async function predictTile(
  part: Raster,
  place: { left: number; top: number },
  region: Region,
  work: TileWork,
): Promise<FilledGrid> {
  const { classifier, image, mode, stride, fill, oversample, rotations, threshold } = {
    ...work,
    threshold: work.classThreshold,
  };
  const wide = grown(region, surroundings(work), image);
  const context = modes[mode].context(classifier);
  const padded = padPart(part, { ...place, ...image }, wide, classifier.patchSize / 2 + context);
  const grid = await modes[mode].fill({
    ...work,
    threshold,
    views: viewsOfPadded(padded, classifier.patchSize, context, turnsFor({ oversample, rotations })),
    rows: strideIndices(wide.height, stride),
    columns: strideIndices(wide.width, stride),
  });
  const filled =
    stride === 1 ? grid.epithelium : fillings[fill](grid.epithelium, wide.width, wide.height, stride);
  return { ...grid, epithelium: cut(filled, wide, region) };
}

/** Pixels round a region that are computed with it and thrown away. */
function surroundings({ mode, stride, fill }: TileWork): number {
  if (mode === "adaptive") return adaptiveSurroundings * stride;
  return stride > 1 && fill === "linear" ? stride : 0;
}

function cut(values: Float32Array, from: Region, region: Region): Float32Array {
  const result = new Float32Array(region.width * region.height);
  for (let y = 0; y < region.height; y++) {
    const start = (region.top - from.top + y) * from.width + region.left - from.left;
    result.set(values.subarray(start, start + region.width), y * region.width);
  }
  return result;
}
