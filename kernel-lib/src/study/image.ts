import type { Sharp, SharpOptions } from "sharp";
import { rmSync } from "node:fs";
import {
  cannotWrite,
  decodingProblem,
  HistobookError,
  isHistobookError,
  type HelpTopic,
} from "../foundation/index.js";
import { requireFewPixels } from "./imageLimit.js";
import type { Raster } from "./raster.js";
import { resizeCubic, type Region } from "./resize.js";

/** How a reduced mask becomes binary again: see `readMask`. */
export type MaskRule = "majority" | "fringe";

/**
 * Reads an image as 8-bit RGB at the working scale (tutorial step 1: "downsize both of them by 50%").
 *
 * Grey and palette images become RGB, 16-bit images keep their upper 8 bits, transparent pixels become white.
 * A colour profile in the file is ignored: the values are used as they are stored, as Matlab does.
 *
 * @param scale working pixels per pixel of the file; 0.5 turns 20x into 10x
 * @throws HistobookError `BadInput` when the file can't be decoded.
 * @example
 * await createSample("study");
 * const image = await readImage("study/images/GT2012154_1001.tif", 0.5);
 * [image.width, image.height, image.channels]; // => [112, 112, 3]
 */
export async function readImage(path: string, scale = 1): Promise<Raster> {
  return resizeCubic(await decode(path, asRgb), scale);
}

/**
 * Reads a part of an image as `readImage` does, at its own scale. Of a TIFF in tiles no more is decoded than the part takes; of
 * any other file everything above it is.
 *
 * @throws HistobookError `BadInput` when the file can't be decoded.
 */
export function readImagePart(path: string, region: Region): Promise<Raster> {
  return decode(path, (picture) => asRgb(picture.extract(region)), { sequentialRead: false, ...anySize });
}

/**
 * Writes an image as `readImage` reads it, at its own scale, as a TIFF in tiles, from which `readImagePart` reads fast. The image
 * is never in memory as a whole.
 *
 * @param target a temporary name: the caller gives the file its final one
 * @throws HistobookError `BadInput` when the file can't be decoded.
 */
export async function copyIntoTiles(path: string, target: string): Promise<void> {
  try {
    await asRgb(await open(path, { failOn: "error", ignoreIcc: true, sequentialRead: true, ...anySize }))
      .tiff({
        tile: true,
        tileWidth: 256,
        tileHeight: 256,
        compression: "lzw",
        predictor: "horizontal",
        bigtiff: true,
      })
      .toFile(target);
  } catch (error) {
    rmSync(target, { force: true });
    const notWritten = cannotWrite(target, error);
    throw notWritten instanceof HistobookError ? notWritten : cannotRead(path, error);
  }
}

/** Without this sharp refuses images above 268 megapixels, also where no more than a part of one is in memory. */
const anySize = { limitInputPixels: false } as const;

const asRgb = (picture: Sharp): Sharp => picture.flatten({ background: "white" }).toColourspace("srgb");

/**
 * Reads a mask as 0 (other) and 1 (epithelium) at the working scale.
 *
 * White (128 or more of 255) is epithelium; a mask that only knows 0 and 1 is taken as it is. Reduction uses
 * the image's own filter, then a rule makes it binary again: `majority` keeps a pixel when at least half of it
 * was epithelium, so that the area stays the same; `fringe` keeps every pixel with any trace, as the original
 * code did by combining a smoothed uint8 mask with `&`, which makes the region grow by about a pixel.
 *
 * @param scale working pixels per pixel of the file
 * @param options.size the size that the mask must have in its file, in pixels
 * @throws HistobookError `BadInput` when the file can't be decoded or its size differs from the image's.
 * @example
 * await createSample("study");
 * const mask = await readMask("study/images/GT2012154_1001_mask.png");
 * [...new Set(mask.data)].sort(); // => [0, 1]
 */
export async function readMask(
  path: string,
  scale = 1,
  options: { rule?: MaskRule; size?: { width: number; height: number } } = {},
): Promise<Raster> {
  const { rule = "majority", size } = options;
  const decoded = await decode(path, (picture) => picture.removeAlpha().toColourspace("b-w"));
  if (size && (decoded.width !== size.width || decoded.height !== size.height)) {
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "masks",
      found: `a mask of ${decoded.width} x ${decoded.height} pixels`,
      expected: `${size.width} x ${size.height} as its image`,
      fix: "export the mask at the image's size",
    });
  }
  const lowestEpithelium = maximum(decoded.data) <= 1 ? 1 : 128;
  const binary = binarise(decoded, lowestEpithelium, 255);
  return binarise(resizeCubic(binary, scale), rule === "majority" ? 128 : 1, 1);
}

/**
 * The size of an image file in pixels, without decoding it.
 *
 * @throws HistobookError `BadInput` when the file is no image.
 * @example
 * await createSample("study");
 * await imageSize("study/images/GT2012154_1001.tif"); // => { width: 224, height: 224 }
 */
export async function imageSize(path: string): Promise<{ width: number; height: number }> {
  try {
    const { width, height } = await (await open(path, anySize)).metadata();
    return { width, height };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Loads sharp with the first image: a notebook's import of the library does not wait for it. */
async function open(path: string, options?: SharpOptions): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  // The operation cache keeps decoded pictures between steps; they are read once here, and workshops count
  // their memory.
  sharp.cache(false);
  return sharp(path, options);
}

async function decode(
  path: string,
  prepare: (picture: Sharp) => Sharp,
  options: SharpOptions = {},
): Promise<Raster> {
  try {
    // The limit is ours, which says what to do; sharp's own would come first.
    const picture = await open(path, { failOn: "error", ignoreIcc: true, ...anySize, ...options });
    if (options.limitInputPixels !== false)
      requireFewPixels(path, await picture.metadata(), topicOfPicture(path));
    const { data, info } = await prepare(picture)
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    // Not a Buffer: its slice() would share memory where a Uint8Array's copies.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    return { width, height, channels: info.channels as 1 | 3, data: bytes };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** Sets what is at least `lowest` to `high`, and the rest to 0. */
function binarise(image: Raster, lowest: number, high: number): Raster {
  const { data } = image;
  const binary = new Uint8Array(data.length);
  for (let i = 0; i < binary.length; i++) binary[i] = data[i] >= lowest ? high : 0;
  return { ...image, data: binary };
}

function maximum(data: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) if (data[i] > largest) largest = data[i];
  return largest;
}

/** Masks have a section of their own. */
export function topicOfPicture(path: string): HelpTopic {
  return /_mask\.png$/i.test(path) ? "masks" : "images";
}

function cannotRead(path: string, error: unknown): HistobookError {
  if (isHistobookError(error)) return error;
  return new HistobookError("BadInput", {
    subject: path,
    topic: topicOfPicture(path),
    found: decodingProblem(path),
    expected: "a whole TIFF, PNG or JPEG image",
    fix: "export the image again",
    cause: error,
  });
}
