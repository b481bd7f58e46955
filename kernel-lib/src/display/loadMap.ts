import { existsSync } from "node:fs";
import { join } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { readProbabilityPicture, type StoredMap } from "../output/index.js";
import {
  imageSize,
  pictureName,
  readImage,
  readManifest,
  readMask,
  recordedIn,
  type Case,
  type Raster,
  type Study,
  caseNamed,
} from "../study/index.js";

/** Whose map is shown. */
export interface ShowMapOptions {
  /** Default the fold in which the image was tested. */
  fold?: number;
  /** Probability from which a pixel is epithelium; default the fold's chosen threshold, else 0.5. */
  threshold?: number;
  /** Another `_prob.png` of the same image, e.g. of another model or stride, to compare with. */
  against?: string;
}

/** A map with everything that it is looked at with, all at the working size. */
export interface LoadedMap {
  one: Case;
  fold: number;
  stride: number;
  /** How far the mode in which it was computed agrees with window mode; null when that is window mode. */
  comparison: { mode: string; pixels: number; agreement: number } | null;
  threshold: number;
  thresholdIsChosen: boolean;
  stored: StoredMap;
  image: Raster;
  /** 0 and 1. */
  mask: Raster | null;
  /** Where the map or its network was computed, when it comes from a recording. */
  recorded?: string;
  /** The map to compare with, and how it is called. */
  other: { name: string; stored: StoredMap } | null;
}

/**
 * Reads a test image's map, image and mask, and the map that it is compared with.
 *
 * @throws HistobookError `MissingStep` before step 5, `BadInput`.
 */
export async function loadMap(study: Study, name: string, options: ShowMapOptions): Promise<LoadedMap> {
  const one = caseNamed(study, name);
  const manifest = readManifest(study.directory);
  const { maps, thresholds } = manifest;
  const record = Object.entries(maps).find(
    ([path, { fold }]) => path.split("/").at(-1) === name && (options.fold ?? fold) === fold,
  );
  const path = record && join(study.directory, record[0], "..", pictureName(name, "prob"));
  if (!record || !path || !existsSync(path)) {
    throw new HistobookError("MissingStep", {
      subject: `image "${name}"`,
      topic: "maps",
      found: options.fold === undefined ? "no probability map" : `no probability map in fold ${options.fold}`,
      expected: "the map that step 5 makes of a test image",
      fix: "run output(study.directory) first",
    });
  }
  const [mapPath, { fold, stride, mode = "window", agreement }] = record;
  const recorded = recordedIn(manifest, fold, mapPath);
  const comparison = agreement ? { mode, ...agreement } : null;
  const stored = readProbabilityPicture(path);
  const size = await imageSize(one.imagePath);
  const scale = stored.width / size.width;
  const image = await readImage(one.imagePath, scale);
  const mask = one.maskPath === null ? null : await readMask(one.maskPath, scale, { size });
  for (const { width, height } of mask ? [image, mask] : [image]) {
    if (width !== stored.width || height !== stored.height) {
      throw new HistobookError("BadInput", {
        subject: path,
        topic: "maps",
        found: `a map of ${stored.width} x ${stored.height} pixels`,
        expected: `the image's working size, ${width} x ${height}`,
        fix: "run output(study.directory) again",
      });
    }
  }
  const chosen = thresholds[fold] as { value: number } | undefined;
  const threshold = options.threshold ?? chosen?.value ?? 0.5;
  const thresholdIsChosen = options.threshold === undefined && chosen !== undefined;
  const other = options.against === undefined ? null : loadOther(options.against, stored);
  const chosenBy = { threshold, thresholdIsChosen };
  return { one, fold, stride, comparison, ...chosenBy, stored, image, mask, recorded, other };
}

function loadOther(path: string, { width, height }: StoredMap): LoadedMap["other"] {
  const stored = readProbabilityPicture(path);
  if (stored.width !== width || stored.height !== height) {
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "maps",
      found: `a map of ${stored.width} x ${stored.height} pixels`,
      expected: `${width} x ${height}, as the map that it is compared with`,
      fix: "name a map of the same image at the same scale",
    });
  }
  return { name: path, stored };
}
