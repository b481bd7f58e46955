import { join } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { readProbabilityPicture, type StoredMap } from "../output/index.js";
import { imageSize, pictureName, readManifest, readMask, type Case, type Study } from "../study/index.js";

/** A test image's map and mask, of one size. */
export interface MappedImage extends StoredMap {
  /** 0 and 1. */
  mask: Uint8Array;
}

/**
 * The folds whose test images have been classified, or the one that was asked for.
 *
 * @throws HistobookError `MissingStep` when there are no pictures.
 */
export function foldsWithMaps(study: Study, fold: number | undefined): number[] {
  const folds = Object.values(readManifest(study.directory).maps).map((map) => map.fold);
  const made = [...new Set(folds)].sort((a, b) => a - b);
  if (made.length > 0 && (fold === undefined || made.includes(fold)))
    return fold === undefined ? made : [fold];
  throw new HistobookError("MissingStep", {
    subject: join(study.directory, "out"),
    topic: "maps",
    found: fold === undefined ? "no probability pictures" : `no probability pictures of fold ${fold}`,
    expected: "the pictures of step 5",
    fix: `run 'histobook output ${study.directory}' first`,
  });
}

/** A fold's test images that have maps, with the path of each one's `_prob.png`. */
export function mappedCases(study: Study, fold: number): [Case, string][] {
  const { maps } = readManifest(study.directory);
  const records = Object.entries(maps).filter(([, map]) => map.fold === fold);
  return study.cases.flatMap((one): [Case, string][] => {
    const record = records.find(([path]) => path.split("/").at(-1) === one.name);
    if (!record) return [];
    return [[one, join(study.directory, record[0], "..", pictureName(one.name, "prob"))]];
  });
}

/**
 * Reads a test image's map and mask.
 *
 * @param path the map's
 * @throws HistobookError `BadInput` without a mask, or when one can't be read or their sizes don't fit.
 */
export async function readMappedImage(study: Study, one: Case, path: string): Promise<MappedImage> {
  if (one.maskPath === null) throw mismatch(one.imagePath, "no mask", `${one.name}_mask.png`, "add the mask");
  const stored = readProbabilityPicture(path);
  const size = await imageSize(one.imagePath);
  const mask = await readMask(one.maskPath, stored.width / size.width, { size });
  if (mask.width !== stored.width || mask.height !== stored.height) {
    const found = `a picture of ${stored.width} x ${stored.height} pixels`;
    const expected = `the image's working size, ${mask.width} x ${mask.height}`;
    throw mismatch(path, found, expected, `run 'histobook output ${study.directory}' again`);
  }
  return { ...stored, mask: mask.data };
}

function mismatch(subject: string, found: string, expected: string, fix: string): HistobookError {
  return new HistobookError("BadInput", { subject, topic: "maps", found, expected, fix });
}
