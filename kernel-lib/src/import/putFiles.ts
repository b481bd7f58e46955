import { constants, copyFileSync, existsSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
  cannotWrite,
  fingerprintOfFile,
  giveName,
  HistobookError,
  unfinishedPath,
  writeWholeFile,
} from "../foundation/index.js";
import { readMask } from "../study/index.js";
import type { DrawnMask } from "./drawnMask.js";
import type { NamedPair } from "./studyNames.js";

/** What stands in images/ for a pair: its files are the same, or not there, or others. */
export type Presence = "same" | "missing" | "other";

/** Compares an image with the study's file of its name. */
export async function imagePresence(images: string, { image, imageFile }: NamedPair): Promise<Presence> {
  const place = join(images, imageFile);
  if (!existsSync(place)) return "missing";
  if (realpathSync(place) === realpathSync(image)) return "same";
  if (statSync(place).size !== statSync(image).size) return "other";
  const [there, own] = await Promise.all([place, image].map(fingerprintOfFile));
  return there === own ? "same" : "other";
}

/** Compares a mask with the study's file of its name, pixel by pixel. */
export async function maskPresence(
  images: string,
  { maskFile }: NamedPair,
  { width, height, marked }: DrawnMask,
): Promise<Presence> {
  const place = join(images, maskFile);
  if (!existsSync(place)) return "missing";
  const there = await readMask(place);
  const same = there.width === width && there.height === height && Buffer.from(there.data).equals(marked);
  return same ? "same" : "other";
}

/**
 * Writes a mask as the tutorial has them: white (255) is class 1, black the rest.
 *
 * @throws HistobookError `BadInput` when it can't be written, or another file has come there.
 */
export async function putMask(images: string, { maskFile }: NamedPair, mask: DrawnMask): Promise<void> {
  const { width, height, marked } = mask;
  const { default: sharp } = await import("sharp");
  const grey = marked.map((value) => 255 * value);
  const png = await sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  const place = join(images, maskFile);
  requireFree(place);
  writeWholeFile(place, png);
}

/**
 * Copies an image into the study byte for byte, or links to it.
 *
 * @throws HistobookError `BadInput` when it can't be written, or another file has come there.
 */
export function putImage(images: string, { image, imageFile }: NamedPair, link: boolean): void {
  const place = join(images, imageFile);
  const unfinished = unfinishedPath(place);
  requireFree(place);
  try {
    if (link) symlinkSync(realpathSync(image), unfinished);
    // Where the file system can, both share their blocks until one is changed.
    else copyFileSync(image, unfinished, constants.COPYFILE_FICLONE);
    giveName(unfinished, place);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw cannotWrite(place, error);
  }
}

function requireFree(place: string): void {
  if (!existsSync(place)) return;
  throw new HistobookError("BadInput", {
    subject: place,
    found: "a file that was not there a moment ago",
    expected: "nobody else to put images there",
    fix: "run the same command again",
  });
}
