import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, HistobookError, readingProblem, writeWholeFile } from "../foundation/index.js";
import {
  imageSize,
  patchesFolder,
  readImage,
  readMask,
  topicOfPicture,
  type Case,
  type Raster,
} from "../study/index.js";
import { patchCutter } from "./crop.js";
import type { PatchParameters } from "./parameters.js";
import { encodePatch } from "./png.js";
import { choosePositions } from "./positions.js";
import {
  patchPlaces,
  readImageRecord,
  removeImageRecord,
  writeImageRecord,
  type ImageRecord,
} from "./record.js";
import { divideImage, type ChosenRule } from "./regionRule.js";

/** An image that step 1 can use. */
export type MaskedCase = Case & { maskPath: string };

/** One image's work, in a form that can travel to a worker thread. */
export interface ExtractionTask {
  directory: string;
  case: MaskedCase;
  parameters: PatchParameters;
  /** False for `--direct`: positions only. */
  files: boolean;
  /** Whether the files that the image's record describes are all there. */
  complete: boolean;
  /** Where a rule of the reader's own wants the patches; without it the image is divided by the tutorial's. */
  places?: Places;
}

/** Where an image's patches are cut, and why nowhere. */
type Places = Pick<ImageRecord, "positions" | "empty">;

/**
 * Step 1 for one image: regions, positions, crops, files. An image that is already done is not done again.
 *
 * @param goOn called between two patches; throws to stop the work
 * @throws HistobookError `BadInput` when the image or its mask can't be used.
 */
export async function extractImage(task: ExtractionTask, goOn: () => void): Promise<ImageRecord> {
  const { directory, parameters, places } = task;
  const { name, patient, imageNumber } = task.case;
  const key = imageKey(task.case, parameters);
  const earlier = readImageRecord(directory, name);
  if (earlier?.key === key && task.complete) return earlier;

  removeImageRecord(directory, name);
  const image = await readCase(task);
  const { positions, empty } = places ?? (await choosePlaces(task, image));
  const { width, height } = image;
  const { rotations } = parameters;
  const record: ImageRecord = { key, patient, imageNumber, width, height, rotations, empty, positions };
  if (task.files) writePatches(task, image, record, goOn);
  writeImageRecord(directory, name, record);
  return record;
}

/**
 * Lets a rule of the reader's own choose the places of an image's patches. A function can't travel to another thread, so this is done
 * in the one that knows it, and the places travel.
 *
 * @throws HistobookError `BadInput` when the image, its mask or what the rule gives can't be used.
 */
export async function withPlaces(task: ExtractionTask, rule: ChosenRule): Promise<ExtractionTask> {
  const { directory, parameters } = task;
  const earlier = readImageRecord(directory, task.case.name);
  // Where no more than files are missing, the places are known.
  if (earlier?.key === imageKey(task.case, parameters)) return { ...task, places: earlier };
  return { ...task, places: await choosePlaces(task, await readCase(task), rule) };
}

async function choosePlaces(task: ExtractionTask, image: Raster, rule?: ChosenRule): Promise<Places> {
  const { parameters } = task;
  const { imagePath, maskPath, name } = task.case;
  const { scale, maskRule } = parameters;
  const mask = await readMask(maskPath, scale, { rule: maskRule, size: await imageSize(imagePath) });
  const regions = await divideImage({ image, mask, name }, parameters, rule);
  const positions = choosePositions(regions, parameters, name);
  const none = !mask.data.includes(1) ? "mask" : rule ? "rule" : "white";
  return { positions, empty: positions.p.length > 0 ? null : none };
}

/**
 * The key of an image's patches: it changes with the files of the image and its mask, and with the parameters.
 *
 * @throws HistobookError `BadInput` when one of the files can't be read.
 */
export function imageKey(
  { imagePath, maskPath, patient, imageNumber }: MaskedCase,
  parameters: PatchParameters,
): string {
  return fingerprint([
    "patches 1",
    parameters,
    fileFingerprint(imagePath),
    fileFingerprint(maskPath),
    patient,
    imageNumber,
  ]);
}

function fileFingerprint(path: string): string {
  try {
    return fingerprint(readFileSync(path));
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: path,
      topic: topicOfPicture(path),
      found: readingProblem(error),
      expected: "an image",
      fix: "check the file and its permissions",
      cause: error,
    });
  }
}

async function readCase(task: ExtractionTask): Promise<Raster> {
  const { imagePath } = task.case;
  const { scale, size } = task.parameters;
  const image = await readImage(imagePath, scale);
  if (image.width >= size && image.height >= size) return image;
  throw new HistobookError("BadInput", {
    subject: imagePath,
    topic: "images",
    found: `${image.width} x ${image.height} pixels at scale ${scale}`,
    expected: `at least one patch of ${size} x ${size}`,
    fix: "use a larger image, or a smaller --size",
  });
}

function writePatches(task: ExtractionTask, image: Raster, record: ImageRecord, goOn: () => void): void {
  const { size } = task.parameters;
  const cutter = patchCutter(image, task.parameters);
  const pixels = new Uint8Array(size * size * 3);
  for (const place of patchPlaces(record)) {
    goOn();
    cutter.cut(place.position, place.rotation, pixels);
    writeWholeFile(join(task.directory, patchesFolder, place.file), encodePatch(pixels, size));
  }
}
