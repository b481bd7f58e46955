import {
  decodingProblem,
  isHistobookError,
  type ErrorParts,
  type HistobookError,
} from "../foundation/index.js";
import { decodeImage, readSmallFile } from "./imageFile.js";
import { unfilterToPlanes, unpackPlainPng } from "./plainPng.js";

/** Why a patch can't be used. Worker threads can't send a HistobookError to each other, but its parts they can. */
export class UnusablePatch extends Error {
  constructor(readonly parts: ErrorParts) {
    super(parts.found);
  }
}

/** Writes RGB pixels (HWC) as Caffe keeps them: one plane a channel, in the order blue, green, red. */
export function toPlanes(rgb: Uint8Array, target: Uint8Array, offset = 0): void {
  const pixels = rgb.length / 3;
  for (let i = 0, k = 0; i < pixels; i++, k += 3) {
    target[offset + 2 * pixels + i] = rgb[k];
    target[offset + pixels + i] = rgb[k + 1];
    target[offset + i] = rgb[k + 2];
  }
}

/**
 * Reads a patch file as convert_imageset does (8-bit RGB; grey and palette images become RGB) and writes its pixels
 * as Caffe keeps them (channels x height x width, BGR).
 *
 * @param size side of a patch in pixels
 * @returns a promise only for the rarer kinds of file: for thousands of small ones, promises would cost much
 * @throws UnusablePatch when the file can't be decoded or has another size; HistobookError `BadInput` when it claims too many
 * pixels.
 */
export function readPatchFile(
  path: string,
  size: number,
  target: Uint8Array,
  offset = 0,
): Promise<void> | undefined {
  try {
    const bytes = readSmallFile(path);
    const png = unpackPlainPng(bytes);
    if (!png) return readOtherImage(Uint8Array.from(bytes), path, size, target, offset);
    checkSize(png, path, size);
    unfilterToPlanes(png, target, offset);
    return undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readOtherImage(
  bytes: Uint8Array,
  path: string,
  size: number,
  target: Uint8Array,
  offset: number,
): Promise<void> {
  try {
    const image = await decodeImage(bytes, path);
    checkSize(image, path, size);
    toPlanes(image.data, target, offset);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function checkSize({ width, height }: { width: number; height: number }, path: string, size: number): void {
  if (width === size && height === size) return;
  throw new UnusablePatch({
    subject: path,
    topic: "databases",
    found: `${width} x ${height} pixels`,
    expected: `a patch of ${size} x ${size}`,
    fix: "run 'histobook patches STUDY' and 'histobook folds STUDY' again",
  });
}

function unreadable(path: string, error: unknown): UnusablePatch | HistobookError {
  if (error instanceof UnusablePatch || isHistobookError(error)) return error;
  return new UnusablePatch({
    subject: path,
    topic: "databases",
    found: decodingProblem(path),
    expected: "a whole PNG image",
    fix: "run 'histobook patches STUDY' again",
  });
}
