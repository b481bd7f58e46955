import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { crc32, inflateSync } from "node:zlib";
import sharp from "sharp";
import { messageOf, type ErrorParts } from "../foundation/index.js";

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
 * Reads a patch file as convert_imageset does (8-bit RGB; grey and palette images become RGB), HWC.
 *
 * @param size side of a patch in pixels
 * @throws UnusablePatch when the file can't be decoded or has another size.
 */
export async function readPatchFile(path: string, size: number): Promise<Uint8Array> {
  const found = await decodeImageFile(path).catch((error: unknown) => {
    throw new UnusablePatch({
      subject: path,
      found: cannotDecode(error),
      expected: "a whole PNG image",
      fix: "run 'histobook patches STUDY' again",
    });
  });
  if (found.width === size && found.height === size) return found.data;
  throw new UnusablePatch({
    subject: path,
    found: `${found.width} x ${found.height} pixels`,
    expected: `a patch of ${size} x ${size}`,
    fix: "run 'histobook patches STUDY' and 'histobook folds STUDY' again",
  });
}

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
 * @throws Error of the system or of the decoder.
 */
export async function decodeImageFile(path: string): Promise<DecodedImage> {
  const bytes = readSmallFile(path);
  const plain = decodePlainPng(bytes);
  if (plain) return plain;
  // A copy, since the next file is read into the same memory before this one is decoded.
  const { data, info } = await sharp(Buffer.from(bytes), {
    failOn: "error",
    autoOrient: true,
    ignoreIcc: true,
  })
    .removeAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: Uint8Array.from(data) };
}

/** What an error says was found in a file that `decodeImageFile` could not read. */
export function cannotDecode(error: unknown): string {
  return `a file that can't be decoded (${messageOf(error).split("\n")[0]})`;
}

const smallFile = Buffer.alloc(64 * 1024);

/** Reads a file of a few kilobytes in a third of readFileSync's time; the next call uses the same memory. */
function readSmallFile(path: string): Buffer {
  const descriptor = openSync(path, "r");
  try {
    const length = readSync(descriptor, smallFile, 0, smallFile.length, 0);
    return length < smallFile.length ? smallFile.subarray(0, length) : readFileSync(path);
  } finally {
    closeSync(descriptor);
  }
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// Names of chunks: IDAT, tRNS, IEND.
const imageData = 0x49444154;
const transparentColour = 0x74524e53;
const imageEnd = 0x49454e44;

/**
 * Decodes the one kind of PNG that step 1 writes: 8-bit RGB, not interlaced; undefined for any other file.
 *
 * General decoders spend most of their time on what a 32x32 patch does not have; this takes about a third.
 *
 * @throws Error when the file is such a PNG but damaged.
 */
export function decodePlainPng(bytes: Buffer): DecodedImage | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(signature)) return undefined;
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const [depth, colour, , , interlace] = bytes.subarray(24, 29);
  if (depth !== 8 || colour !== 2 || interlace !== 0 || width > 4096 || height > 4096) return undefined;
  const parts: Buffer[] = [];
  let complete = false;
  for (let at = 33; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.readUInt32BE(at + 4);
    const end = at + 12 + length;
    if (end > bytes.length) break;
    if (type === imageData) {
      if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== bytes.readUInt32BE(at + 8 + length)) {
        throw new Error("its checksum is wrong");
      }
      parts.push(bytes.subarray(at + 8, at + 8 + length));
    }
    if (type === transparentColour) return undefined;
    if (type === imageEnd) complete = true;
    at = end;
  }
  const stride = width * 3;
  const packed = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  const length = (stride + 1) * height;
  const lines = storedBytes(packed, length) ?? inflateSync(packed, { maxOutputLength: length });
  if (!complete || lines.length !== length) throw new Error("the file ends too early");
  return { width, height, data: unfilter(lines, stride, height) };
}

/**
 * The content of a zlib stream that stores its bytes as they are, in one block; undefined for any other stream.
 * Setting up zlib takes longer than everything else about such a patch.
 */
function storedBytes(stream: Buffer, length: number): Buffer | undefined {
  const isOneStoredBlock =
    stream.length === length + 11 && stream[2] === 1 && stream.readUInt16LE(3) === length;
  return isOneStoredBlock ? stream.subarray(7, 7 + length) : undefined;
}

/** Undoes PNG's five line filters (PNG specification, section 9). */
function unfilter(lines: Uint8Array, stride: number, height: number): Uint8Array {
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1;
    const to = y * stride;
    const filter = lines[from - 1];
    if (filter === 0) {
      data.set(lines.subarray(from, from + stride), to);
      continue;
    }
    if (filter > 4) throw new Error(`line filter ${filter}`);
    for (let x = 0; x < stride; x++) {
      const left = x >= 3 ? data[to + x - 3] : 0;
      const up = y > 0 ? data[to + x - stride] : 0;
      let guess = left;
      if (filter === 2) guess = up;
      else if (filter === 3) guess = (left + up) >> 1;
      else if (filter === 4) guess = paeth(left, up, x >= 3 && y > 0 ? data[to + x - stride - 3] : 0);
      data[to + x] = lines[from + x] + guess;
    }
  }
  return data;
}

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
