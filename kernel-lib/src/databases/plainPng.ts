import { crc32, inflateSync } from "node:zlib";

/** A PNG's content before its line filters are undone. */
export interface PlainPng {
  width: number;
  height: number;
  /** `height` lines of one byte, the filter's number, and `width` times red, green and blue. */
  lines: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
// Names of chunks: IDAT, tRNS, IEND.
const imageData = 0x49444154;
const transparentColour = 0x74524e53;
const imageEnd = 0x49454e44;

/**
 * Unpacks the common kind of PNG: 8-bit RGB, not interlaced; undefined for any other file.
 *
 * General decoders spend most of their time on what a 32x32 patch does not have.
 *
 * @returns lines that may be a view of `bytes`
 * @throws Error when the file is such a PNG but damaged.
 */
export function unpackPlainPng(bytes: Buffer): PlainPng | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(signature)) return undefined;
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  // Bit depth, colour type, interlace method.
  if (bytes[24] !== 8 || bytes[25] !== 2 || bytes[28] !== 0 || width > 4096 || height > 4096)
    return undefined;
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
  const length = (width * 3 + 1) * height;
  const packed = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  const lines = storedBytes(packed, length) ?? inflateSync(packed, { maxOutputLength: length });
  if (!complete || lines.length !== length) throw new Error("the file ends too early");
  return { width, height, lines };
}

/**
 * The content of a zlib stream that stores its bytes as they are, in one block, as step 1 writes them; undefined
 * for any other stream. Setting up zlib takes longer than everything else about such a patch.
 */
function storedBytes(stream: Buffer, length: number): Buffer | undefined {
  const isOneStoredBlock =
    stream.length === length + 11 && stream[2] === 1 && stream.readUInt16LE(3) === length;
  return isOneStoredBlock ? stream.subarray(7, 7 + length) : undefined;
}

/**
 * Undoes PNG's five line filters (PNG specification, section 9) and writes the pixels as Caffe keeps them: one
 * plane a channel, in the order blue, green, red.
 *
 * @throws Error for an unknown filter.
 */
export function unfilterToPlanes({ width, height, lines }: PlainPng, target: Uint8Array, offset = 0): void {
  const plane = width * height;
  const lineBytes = width * 3 + 1;
  for (let y = 0; y < height; y++) {
    const unfilter = filters[lines[y * lineBytes]];
    if (!unfilter) throw new Error(`line filter ${lines[y * lineBytes]}`);
    const to = offset + y * width;
    // Outside the picture everything is 0, and the target's old content is of no concern.
    const above =
      y === 0 ? { pixels: new Uint8Array(2 * plane + width), at: 0 } : { pixels: target, at: to - width };
    unfilter(lines, y * lineBytes + 1, above.pixels, above.at, target, to, width, plane);
  }
}

/**
 * Undoes the filter of one line. The three channels, which do not depend on each other, are treated side by side.
 *
 * @param from where the line's first pixel stands in `lines`
 * @param aboveAt where the blue pixels of the line above begin in `above`; green and red follow a plane later each
 * @param to where the blue pixels go in `target`
 * @param plane length of a plane
 */
type Unfilter = (
  lines: Uint8Array,
  from: number,
  above: Uint8Array,
  aboveAt: number,
  target: Uint8Array,
  to: number,
  width: number,
  plane: number,
) => void;

const copy: Unfilter = (lines, from, _above, _aboveAt, target, to, width, plane) => {
  for (let i = from, end = from + 3 * width; i < end; i += 3, to++) {
    target[to] = lines[i + 2];
    target[to + plane] = lines[i + 1];
    target[to + 2 * plane] = lines[i];
  }
};

const addLeft: Unfilter = (lines, from, _above, _aboveAt, target, to, width, plane) => {
  let [red, green, blue] = [0, 0, 0];
  for (let i = from, end = from + 3 * width; i < end; i += 3, to++) {
    target[to] = blue = (blue + lines[i + 2]) & 0xff;
    target[to + plane] = green = (green + lines[i + 1]) & 0xff;
    target[to + 2 * plane] = red = (red + lines[i]) & 0xff;
  }
};

const addUp: Unfilter = (lines, from, above, aboveAt, target, to, width, plane) => {
  for (let i = from, end = from + 3 * width; i < end; i += 3, to++, aboveAt++) {
    target[to] = lines[i + 2] + above[aboveAt];
    target[to + plane] = lines[i + 1] + above[aboveAt + plane];
    target[to + 2 * plane] = lines[i] + above[aboveAt + 2 * plane];
  }
};

const addAverage: Unfilter = (lines, from, above, aboveAt, target, to, width, plane) => {
  let [red, green, blue] = [0, 0, 0];
  for (let i = from, end = from + 3 * width; i < end; i += 3, to++, aboveAt++) {
    target[to] = blue = (lines[i + 2] + ((blue + above[aboveAt]) >> 1)) & 0xff;
    target[to + plane] = green = (lines[i + 1] + ((green + above[aboveAt + plane]) >> 1)) & 0xff;
    target[to + 2 * plane] = red = (lines[i] + ((red + above[aboveAt + 2 * plane]) >> 1)) & 0xff;
  }
};

const addPaeth: Unfilter = (lines, from, above, aboveAt, target, to, width, plane) => {
  let [red, green, blue] = [0, 0, 0];
  let [redCorner, greenCorner, blueCorner] = [0, 0, 0];
  for (let i = from, end = from + 3 * width; i < end; i += 3, to++, aboveAt++) {
    const blueUp = above[aboveAt];
    const greenUp = above[aboveAt + plane];
    const redUp = above[aboveAt + 2 * plane];
    target[to] = blue = (lines[i + 2] + paeth(blue, blueUp, blueCorner)) & 0xff;
    target[to + plane] = green = (lines[i + 1] + paeth(green, greenUp, greenCorner)) & 0xff;
    target[to + 2 * plane] = red = (lines[i] + paeth(red, redUp, redCorner)) & 0xff;
    [redCorner, greenCorner, blueCorner] = [redUp, greenUp, blueUp];
  }
};

/** By the filter's number. */
const filters: readonly (Unfilter | undefined)[] = [copy, addLeft, addUp, addAverage, addPaeth];

/**
 * Which of the three neighbours is nearest to left + up - corner; ties go to left, then up.
 *
 * Written without branches, which a processor can't foresee here: with t = 3 corner - left - up, the answer is the
 * smaller neighbour when t is at least the larger one, the larger when t is at most the smaller, else the corner.
 */
function paeth(left: number, up: number, corner: number): number {
  const difference = left - up;
  const smaller = up + (difference & (difference >> 31));
  const larger = left + up - smaller;
  const threshold = 3 * corner - left - up;
  const belowLarger = (threshold - larger) >> 31;
  const aboveSmaller = (smaller - threshold) >> 31;
  const smallerOrCorner = smaller ^ ((smaller ^ corner) & belowLarger);
  return larger ^ ((larger ^ smallerOrCorner) & aboveSmaller);
}
