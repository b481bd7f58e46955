import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { unfilterToPlanes, unpackPlainPng } from "./plainPng.js";

/** An image, HWC, red before green before blue, 8 bits. */
export interface DecodedImage {
  width: number;
  height: number;
  data: Uint8Array;
}

/**
 * Decodes an image file as OpenCV's imread does: 8-bit RGB; grey and palette images become RGB, transparency and colour
 * profiles are passed over, a camera's note of how it was held turns the image.
 *
 * @throws HistobookError `BadInput` when it claims too many pixels; Error of the system or of the decoder.
 */
export async function decodeImageFile(path: string): Promise<DecodedImage> {
  const bytes = readSmallFile(path);
  const png = unpackPlainPng(bytes);
  // A copy, since the next file is read into the same memory before this one is decoded.
  if (!png) return decodeImage(Uint8Array.from(bytes), path);
  const planes = new Uint8Array(png.width * png.height * 3);
  unfilterToPlanes(png, planes);
  return { width: png.width, height: png.height, data: fromPlanes(planes) };
}

/** Decodes the bytes of any image file that libvips knows; see `decodeImageFile`. */
export async function decodeImage(bytes: Uint8Array, path: string): Promise<DecodedImage> {
  // Loaded here only: step 1's own files do without it, and it takes a worker as long as a thousand of them.
  const [{ default: sharp }, { requireFewPixels }] = await Promise.all([
    import("sharp"),
    import("../study/index.js"),
  ]);
  // Each worker is one core's worth of work; libvips' own threads would only compete with the other workers.
  sharp.concurrency(1);
  // The limit is ours, which says what to do; sharp's own would come first.
  const picture = sharp(bytes, {
    failOn: "error",
    autoOrient: true,
    ignoreIcc: true,
    limitInputPixels: false,
  });
  requireFewPixels(path, await picture.metadata(), "databases");
  const { data, info } = await picture
    .removeAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Uint8Array.from(data) };
}

const smallFile = Buffer.alloc(64 * 1024);

/** Reads a file of a few kilobytes in a third of readFileSync's time; the next call uses the same memory. */
export function readSmallFile(path: string): Buffer {
  const descriptor = openSync(path, "r");
  try {
    const length = readSync(descriptor, smallFile, 0, smallFile.length, 0);
    return length < smallFile.length ? smallFile.subarray(0, length) : readFileSync(path);
  } finally {
    closeSync(descriptor);
  }
}

/** Puts planes (blue, green, red) back into pixels (red, green, blue). */
function fromPlanes(planes: Uint8Array): Uint8Array {
  const pixels = planes.length / 3;
  const rgb = new Uint8Array(planes.length);
  for (let i = 0, k = 0; i < pixels; i++, k += 3) {
    rgb[k] = planes[2 * pixels + i];
    rgb[k + 1] = planes[pixels + i];
    rgb[k + 2] = planes[i];
  }
  return rgb;
}
