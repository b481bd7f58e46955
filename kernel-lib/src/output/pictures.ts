import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import type * as fastPng from "fast-png";
import { HistobookError, isHistobookError, readingProblem, writeWholeFile } from "../foundation/index.js";
import { requireFewPixels, type Raster } from "../study/index.js";
import type { ProbabilityMap } from "./probabilityMap.js";

/** Loaded with the first picture: a notebook's import of the library does not wait for it. */
const png = (): typeof fastPng => require("fast-png") as typeof fastPng;

/**
 * Writes the tutorial's `_prob.png`: red is the probability of non-epithelium, green that of epithelium; they add up
 * to 255, blue is 0. A pixel that was not predicted is black.
 */
export function writeProbabilityPicture(path: string, map: ProbabilityMap): void {
  const { width, height, epithelium } = map;
  const data = new Uint8Array(epithelium.length * 3);
  const { levels } = storedMap(map);
  for (let i = 0, k = 0; i < epithelium.length; i++, k += 3) {
    if (Number.isNaN(epithelium[i])) continue;
    data[k] = 255 - levels[i];
    data[k + 1] = levels[i];
  }
  writeWholeFile(path, png().encode({ width, height, channels: 3, data }));
}

/** A map as `_prob.png` keeps it; a pixel that was not predicted has 0. */
export function storedMap({ width, height, epithelium }: ProbabilityMap): StoredMap {
  return { width, height, levels: Uint8Array.from(epithelium, (one) => Math.round(255 * (one || 0))) };
}

/** Writes an image as a PNG. */
export function writeColourPicture(path: string, { width, height, data }: Raster): void {
  writeWholeFile(path, png().encode({ width, height, channels: 3, data }));
}

/** Writes the tutorial's `_class.png`: 255 where epithelium is the likelier class (argmax), else 0. */
export function writeClassPicture(path: string, map: ProbabilityMap): void {
  writeBinaryPicture(
    path,
    map.width,
    map.height,
    map.epithelium.map((probability) => (probability > 0.5 ? 1 : 0)),
  );
}

/** Writes a picture of 0 and 255 from values of 0 and 1. */
export function writeBinaryPicture(
  path: string,
  width: number,
  height: number,
  values: Uint8Array | Float32Array,
): void {
  const data = Uint8Array.from(values, (value) => (value === 0 ? 0 : 255));
  writeWholeFile(path, png().encode({ width, height, channels: 1, data }));
}

/** How every PNG ends: an empty chunk IEND with its checksum. */
const lastChunk = Buffer.from("0000000049454e44ae426082", "hex");

/** Whether a file is there that ends as a PNG does: an empty placeholder or half a file is no picture. */
export function isWholePng(path: string): boolean {
  if (!existsSync(path)) return false;
  const file = openSync(path, "r");
  try {
    const end = Buffer.alloc(lastChunk.length);
    const { size } = fstatSync(file);
    return (
      size > end.length && readSync(file, end, 0, end.length, size - end.length) > 0 && end.equals(lastChunk)
    );
  } finally {
    closeSync(file);
  }
}

/** The epithelium's probability of every pixel in steps of 1/255, as `_prob.png` keeps it. */
export interface StoredMap {
  width: number;
  height: number;
  /** 255 times the probability. */
  levels: Uint8Array;
}

/**
 * Reads a `_prob.png`.
 *
 * @throws HistobookError `BadInput` when the file is missing or no such picture.
 */
export function readProbabilityPicture(path: string): StoredMap {
  try {
    const bytes = readFileSync(path);
    // Width and height stand behind the signature and the first chunk's length and name.
    if (bytes.length >= 24 && bytes.subarray(0, signature.length).equals(signature))
      requireFewPixels(path, { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }, "maps");
    const { width, height, channels, data, depth } = png().decode(bytes);
    if (depth !== 8 || channels < 3)
      throw new OtherPicture(`a picture of ${channels} channels of ${depth} bits`);
    const levels = new Uint8Array(width * height);
    for (let i = 0; i < levels.length; i++) levels[i] = data[i * channels + 1];
    return { width, height, levels };
  } catch (error) {
    if (isHistobookError(error)) throw error;
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "maps",
      found: pictureProblem(error),
      expected: "the RGB picture that 'histobook output' writes",
      fix: "run 'histobook output' again",
      cause: error,
    });
  }
}

/** What the decoder says is about its own code, but for what was looked at above. */
function pictureProblem(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code !== undefined) return readingProblem(error);
  return error instanceof OtherPicture ? error.message : "a picture that is cut short or damaged";
}

/** The first bytes of every PNG file. */
const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

class OtherPicture extends Error {}

/**
 * Applies a threshold: 1 where the probability is at least the value. At 0.5 this is the class picture.
 *
 * @param value probability, [0,1]
 */
export function applyThreshold({ levels }: Pick<StoredMap, "levels">, value: number): Uint8Array {
  const limit = value * 255;
  return levels.map((level) => (level >= limit ? 1 : 0));
}
