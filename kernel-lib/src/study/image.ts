import sharp from "sharp";
import { HistobookError } from "../foundation/index.js";

// The operation cache keeps decoded pictures between steps; they are read once here, and workshops count
// their memory.
sharp.cache(false);

/** A picture in memory: rows from the top, pixels from the left, channels together (HWC), 8 bits each. */
export interface Raster {
  width: number;
  height: number;
  /** 3 for an RGB image, 1 for a mask (0 or 1). */
  channels: 1 | 3;
  data: Uint8Array;
}

/** How a reduced mask becomes binary again: see `readMask`. */
export type MaskRule = "majority" | "fringe";

/**
 * The size of an image (pixels) after scaling, rounded up as Matlab's imresize does.
 *
 * @example
 * scaledSize(1001, 0.5); // => 501
 */
export function scaledSize(length: number, scale: number): number {
  return Math.max(1, Math.ceil(length * scale - 1e-9));
}

/**
 * Reads an image as 8-bit RGB at the working scale (tutorial step 1: "downsize both of them by 50%").
 *
 * Grey and palette images become RGB, 16-bit images keep their upper 8 bits, transparent pixels become white.
 * The reduction is an antialiased bicubic filter (Catmull and Rom's, a = -0.5), the family of Matlab's imresize.
 *
 * @param scale working pixels per pixel of the file; 0.5 turns 20x into 10x
 * @throws HistobookError `BadInput` when the file can't be decoded.
 */
export async function readImage(path: string, scale = 1): Promise<Raster> {
  const decoded = await decode(path, (picture) =>
    picture.flatten({ background: "white" }).toColourspace("srgb"),
  );
  return resize(decoded, scale);
}

/**
 * Reads a mask as 0 (other) and 1 (epithelium) at the working scale.
 *
 * White (128 or more of 255) is epithelium; a mask that only knows 0 and 1 is taken as it is. Reduction uses
 * the image's own filter, then a rule makes it binary again: `majority` keeps a pixel when at least half of it
 * was epithelium, so that the area stays the same; `fringe` keeps every pixel with any trace, as the original
 * code did by combining a smoothed uint8 mask with `&`, which makes the region grow by about a pixel.
 *
 * @param size the size that the mask must have in its file, in pixels
 * @throws HistobookError `BadInput` when the file can't be decoded or its size differs from the image's.
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
      found: `a mask of ${decoded.width} x ${decoded.height} pixels`,
      expected: `${size.width} x ${size.height} as its image`,
      fix: "export the mask at the image's size",
    });
  }
  const limit = decoded.data.every((value) => value <= 1) ? 1 : 128;
  const binary = decoded.data.map((value) => (value >= limit ? 255 : 0));
  const reduced = await resize({ ...decoded, data: binary }, scale);
  const keep = rule === "majority" ? 128 : 1;
  return { ...reduced, data: reduced.data.map((value) => (value >= keep ? 1 : 0)) };
}

/** The size of an image file in pixels, without decoding it. */
export async function imageSize(path: string): Promise<{ width: number; height: number }> {
  try {
    const { width, height } = await sharp(path).metadata();
    return { width, height };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

async function decode(path: string, prepare: (picture: sharp.Sharp) => sharp.Sharp): Promise<Raster> {
  try {
    const { data, info } = await prepare(sharp(path, { failOn: "error" }))
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels as 1 | 3, data };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

async function resize(raster: Raster, scale: number): Promise<Raster> {
  if (scale === 1) return raster;
  const width = scaledSize(raster.width, scale);
  const height = scaledSize(raster.height, scale);
  const { data } = await sharp(raster.data, {
    raw: { width: raster.width, height: raster.height, channels: raster.channels },
  })
    .resize(width, height, { kernel: "cubic", fit: "fill" })
    .toColourspace(raster.channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, channels: raster.channels, data };
}

function cannotRead(path: string, error: unknown): HistobookError {
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return new HistobookError("BadInput", {
    subject: path,
    found: `a file that can't be decoded (${reason.replace(`${path}: `, "").replace(/\.$/, "")})`,
    expected: "a whole TIFF, PNG or JPEG image",
    fix: "export the image again",
    cause: error,
  });
}
