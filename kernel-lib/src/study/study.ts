import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  cannotWrite,
  giveName,
  HistobookError,
  makeFolder,
  numberOption,
  removeLeftovers,
  unfinishedPath,
  unfinishedPrefix,
  withLock,
  type Skipped,
} from "../foundation/index.js";
import { listCases, type Case } from "./cases.js";
import { manifestName, readManifest, updateManifest } from "./manifest.js";

/** A study folder (the tutorial's BASE) and the images in it. */
export interface Study {
  /** Absolute path. */
  directory: string;
  cases: Case[];
  /** Files in images/ that can't be used, with the reason. */
  problems: Skipped[];
}

/**
 * Opens a study folder: lists `images/` and pairs images with masks.
 *
 * @throws HistobookError `BadInput` when there is no `images` folder or no image in it.
 * @example
 * await createSample("study");
 * openStudy("study").cases[0].patient; // => "GT2012154"
 */
export function openStudy(directory: string): Study {
  const absolute = resolve(directory);
  const images = join(absolute, "images");
  return { directory: absolute, ...listCases(images) };
}

/** The sentence that must stand wherever the embedded images are shown. */
export const sampleAttribution =
  "Images: EBHI-Seg (Shi et al. 2023, Northeastern University / China Medical University), CC BY 4.0; subset, PNG->LZW TIFF, masks binarised.";

/**
 * Makes a study from the 20 embedded images (10 patients, about 10x already, so its scale is 1).
 *
 * A folder that holds a study already is left as it is.
 *
 * @returns the study folder's absolute path
 * @throws HistobookError `BadInput` when the folder is in use for something else or can't be written; `Locked`.
 * @example
 * openStudy(await createSample("study")).cases.length; // => 20
 */
export async function createSample(directory: string): Promise<string> {
  const absolute = resolve(directory);
  const images = join(absolute, "images");
  removeLeftovers(absolute);
  if (existsSync(images)) {
    openStudy(absolute);
    return absolute;
  }
  makeFolder(absolute);
  if (readdirSync(absolute).some((name) => !isOwnFile(name))) {
    throw new HistobookError("BadInput", {
      subject: directory,
      topic: "folders",
      found: "a folder with other files in it",
      expected: "a new or empty folder",
      fix: "name another folder",
    });
  }
  await withLock(join(absolute, lockName), () => copySample(absolute, images), { subject: absolute });
  return absolute;
}

async function copySample(absolute: string, images: string): Promise<void> {
  // Another process may have made it while this one waited.
  if (existsSync(images)) return;
  // The manifest comes first: images/ marks the study as whole.
  await updateManifest(absolute, (manifest) => ({ ...manifest, scale: 1, source: sampleAttribution }));
  const unfinished = unfinishedPath(images);
  try {
    cpSync(join(__dirname, "..", "..", "sample"), unfinished, { recursive: true });
    giveName(unfinished, images);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw cannotWrite(images, error);
  }
}

/** There while a process copies the sample. */
const lockName = "sample.lock";

/** What an earlier, interrupted `createSample` may have left. */
function isOwnFile(name: string): boolean {
  return [unfinishedPrefix, manifestName, lockName].some((own) => name.startsWith(own));
}

/**
 * The working scale: an explicit value, else the study's own, else the tutorial's 0.5 (20x to 10x).
 *
 * @throws HistobookError `BadOption` unless it lies in [0.001, 4].
 * @example
 * workingScale(await createSample("study")); // => 1
 */
export function workingScale(directory: string, explicit?: number): number {
  const scale = explicit ?? readManifest(directory).scale ?? 0.5;
  return numberOption("--scale", scale, { minimum: 0.001, maximum: 4 });
}
