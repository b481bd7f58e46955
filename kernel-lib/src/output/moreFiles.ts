import { existsSync } from "node:fs";
import { join } from "node:path";
import { choiceOption } from "../foundation/index.js";
import { colours, drawOutline, pictureName, tint, type Raster } from "../study/index.js";
import { contoursOf } from "./contours.js";
import { writeGeoJson } from "./geoJson.js";
import { applyThreshold, writeColourPicture, type StoredMap } from "./pictures.js";
import { writeProbabilityTiff } from "./probabilityTiff.js";

/** What can be written of a map beside the tutorial's pictures, as `--also` names it. */
export const moreFileKinds = ["overlay", "geojson", "prob16"] as const;

/**
 * `overlay`: `NAME_overlay.png`, the image with what is epithelium; `geojson`: `NAME.geojson`, its outlines for QuPath;
 * `prob16`: `NAME_prob16.tif`, the probabilities in 65,536 steps.
 */
export type MoreFileKind = (typeof moreFileKinds)[number];

/** A map and what its files are made from. */
export interface MappedImage {
  /** At the map's size. */
  image: Raster;
  stored: StoredMap;
  /** The probabilities before they were rounded to `_prob.png`'s steps; needed for `prob16`. */
  epithelium?: Float32Array;
  /** The image file's size in pixels. */
  original: { width: number; height: number };
  /** Probability from which a pixel is epithelium, [0,1]. */
  threshold: number;
}

/**
 * Reads kinds from `overlay,geojson`.
 *
 * @throws HistobookError `BadOption` for a kind that there isn't.
 */
export function moreFilesOption(
  value: string | readonly string[] = [],
  kinds: readonly MoreFileKind[] = moreFileKinds,
): MoreFileKind[] {
  const words = typeof value === "string" ? value.split(",").map((word) => word.trim()) : value;
  return words.map((word) => choiceOption("--also", word, kinds));
}

/** Where a kind of file lies in a folder of maps. */
export function moreFilePath(folder: string, name: string, kind: MoreFileKind): string {
  const names: Record<MoreFileKind, string> = {
    overlay: pictureName(name, "overlay"),
    geojson: `${name}.geojson`,
    prob16: `${name}_prob16.tif`,
  };
  return join(folder, names[kind]);
}

/** The kinds that a folder has of an image: when its map changes, they must not stay behind. */
export function moreFilesThere(folder: string, name: string): MoreFileKind[] {
  return moreFileKinds.filter((kind) => existsSync(moreFilePath(folder, name, kind)));
}

/** Writes one kind of file of a map. */
export async function writeMoreFile(path: string, kind: MoreFileKind, mapped: MappedImage): Promise<void> {
  const { image, stored, epithelium, original, threshold } = mapped;
  if (kind === "overlay") {
    const region = applyThreshold(stored, threshold);
    writeColourPicture(path, drawOutline(tint(image, region, colours.p, 0.3), region, colours.threshold));
  } else if (kind === "geojson") {
    const scale = [original.width / stored.width, original.height / stored.height] as const;
    writeGeoJson(path, await contoursOf(stored, threshold), scale);
  } else await writeProbabilityTiff(path, { ...stored, epithelium: epithelium! });
}
