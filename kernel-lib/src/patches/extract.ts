import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { fingerprint, HistobookError, writeWholeFile } from "../foundation/index.js";
import { imageSize, readImage, readMask, type Case } from "../study/index.js";
import type { PatchParameters } from "./options.js";
import { choosePositions } from "./positions.js";
import { patchCutter } from "./crop.js";
import { findRegions } from "./regions.js";
import { patchPlaces, readImageRecord, writeImageRecord, type ImageRecord } from "./record.js";

/** One image's work, in a form that can travel to a worker thread. */
export interface ExtractionTask {
  directory: string;
  case: Case & { maskPath: string };
  parameters: PatchParameters;
  /** False for `--direct`: positions only. */
  files: boolean;
}

/** What an image gave. */
export interface Extraction {
  name: string;
  record: Omit<ImageRecord, "positions"> & { positions: { p: number; e: number; b: number } };
  /** Why the image has no patches although it could be read. */
  empty: string | null;
}

/**
 * Step 1 for one image: regions, positions, crops, files. An image that is already done is not done again.
 *
 * @throws HistobookError `BadInput` when the image or its mask can't be used.
 */
export async function extractImage(task: ExtractionTask): Promise<Extraction> {
  const { directory, parameters } = task;
  const { name, imagePath, maskPath, patient, imageNumber } = task.case;
  const key = fingerprint([
    "patches 1",
    parameters,
    task.files,
    fingerprint(readFileSync(imagePath)),
    fingerprint(readFileSync(maskPath)),
    imageNumber,
  ]);
  const earlier = readImageRecord(directory, name);
  if (earlier?.key === key) return summary(name, earlier, null);

  const size = await imageSize(imagePath);
  const image = await readImage(imagePath, parameters.scale);
  const mask = await readMask(maskPath, parameters.scale, { rule: parameters.maskRule, size });
  if (image.width < parameters.size || image.height < parameters.size) {
    throw new HistobookError("BadInput", {
      subject: imagePath,
      found: `${image.width} x ${image.height} pixels at scale ${parameters.scale}`,
      expected: `at least one patch of ${parameters.size} x ${parameters.size}`,
      fix: "use a larger image, or a smaller --size",
    });
  }
  const regions = findRegions(image, mask, parameters.white, parameters.whiteEdges);
  const positions = choosePositions(regions, parameters, name);
  const record: ImageRecord = {
    key,
    patient,
    imageNumber,
    width: image.width,
    height: image.height,
    rotations: parameters.rotations,
    positions,
  };
  if (earlier && task.files) removeStale(directory, earlier, record);
  if (task.files) {
    const cutter = patchCutter(image, parameters);
    const pixels = new Uint8Array(parameters.size * parameters.size * 3);
    for (const place of patchPlaces(record)) {
      cutter.cut(place.position, place.rotation, pixels);
      const png = encode({ width: parameters.size, height: parameters.size, channels: 3, data: pixels });
      writeWholeFile(join(directory, "subs", place.file), png);
    }
  }
  writeImageRecord(directory, name, record);
  return summary(name, record, positions.p.length === 0 ? emptyReason(imagePath, maskPath, mask.data) : null);
}

/** Files of an earlier run with other parameters would otherwise stay among the new ones. */
function removeStale(directory: string, earlier: ImageRecord, record: ImageRecord): void {
  const kept = new Set<string>();
  for (const place of patchPlaces(record)) kept.add(place.file);
  for (const place of patchPlaces(earlier)) {
    if (!kept.has(place.file)) rmSync(join(directory, "subs", place.file), { force: true });
  }
}

function emptyReason(imagePath: string, maskPath: string, mask: Uint8Array): string {
  return mask.includes(1)
    ? `${imagePath}: found only white where the mask says epithelium, expected stained tissue; check that image and mask belong together.`
    : `${maskPath}: found no white pixel, expected epithelium marked in white; no patches are taken from this image.`;
}

function summary(name: string, record: ImageRecord, empty: string | null): Extraction {
  const { p, e, b } = record.positions;
  return { name, record: { ...record, positions: { p: p.length, e: e.length, b: b.length } }, empty };
}
