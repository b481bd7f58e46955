import { mirrorIndex, type Raster } from "../study/index.js";
import type { PatchParameters } from "./parameters.js";

/** Cuts patches out of one image; made once an image, used once a patch. */
export interface PatchCutter {
  /**
   * Writes the patch round a pixel into `target` as `size` x `size` RGB (HWC, 8 bits).
   *
   * @param position row * width + column at the working scale
   * @param rotation degrees, counter-clockwise; one of those that the cutter was made for
   */
  cut(position: number, rotation: number, target: Uint8Array): void;
}

/**
 * Prepares an image for cutting (tutorial step 1: mirrored edges, rotated about the labelled pixel).
 *
 * The original cuts 64x64, rotates that, and keeps the central 32x32. Here a table says for each pixel of the
 * patch which pixel of the image it is: the same pixels without the larger copy. Rotations that are no
 * multiple of 90 take the nearest pixel, as Matlab's imrotate does by default.
 *
 * @param image RGB at the working scale
 * @example
 * const image = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(7, 8, 9) };
 * const patch = new Uint8Array(2 * 2 * 3);
 * patchCutter(image, { size: 2, centre: "inference", rotations: [0] }).cut(0, 0, patch);
 * patch; // => [7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9]
 */
export function patchCutter(
  image: Raster,
  parameters: Pick<PatchParameters, "size" | "centre" | "rotations">,
): PatchCutter {
  const { size, centre } = parameters;
  const margin = reach(size);
  const rowLength = image.width + 2 * margin;
  const pixels = paddedPixels(image, margin);
  const tables = new Map(
    parameters.rotations.map((rotation) => [rotation, sourceOffsets(rotation, size, centre, rowLength)]),
  );
  const words = new Int32Array((size * size * 3) / 4);
  const bytes = new Uint8Array(words.buffer);
  return {
    cut(position, rotation, target) {
      const offsets = tables.get(rotation);
      if (!offsets) throw new RangeError(`rotation ${rotation} was not prepared`);
      const row = Math.floor(position / image.width) + margin;
      const anchor = row * rowLength + (position % image.width) + margin;
      // Four pixels of 3 bytes fill three words of 4 (the first byte is a word's lowest): a third of the stores
      // that single bytes would need.
      for (let i = 0, word = 0; i < offsets.length; i += 4, word += 3) {
        const second = pixels[anchor + offsets[i + 1]];
        const third = pixels[anchor + offsets[i + 2]];
        words[word] = pixels[anchor + offsets[i]] | (second << 24);
        words[word + 1] = (second >>> 8) | (third << 16);
        words[word + 2] = (third >>> 16) | (pixels[anchor + offsets[i + 3]] << 8);
      }
      target.set(bytes);
    },
  };
}

/** How far (pixels) a patch in any rotation reaches from its labelled pixel: half its diagonal and a little. */
function reach(size: number): number {
  return Math.ceil((size / 2 + 1) * Math.SQRT2) + 1;
}

/** The image mirrored outward by `margin` pixels, one number a pixel: red + 256 green + 65536 blue. */
function paddedPixels(image: Raster, margin: number): Int32Array {
  const { width, height, data } = image;
  const rowLength = width + 2 * margin;
  const pixels = new Int32Array(rowLength * (height + 2 * margin));
  const columns = Int32Array.from({ length: rowLength }, (_, x) => mirrorIndex(x - margin, width) * 3);
  for (let y = -margin, target = 0; y < height + margin; y++) {
    const row = mirrorIndex(y, height) * width * 3;
    for (let x = 0; x < rowLength; x++, target++) {
      const source = row + columns[x];
      pixels[target] = data[source] | (data[source + 1] << 8) | (data[source + 2] << 16);
    }
  }
  return pixels;
}

/**
 * How far (pixels) a patch's middle lies from the middle of its labelled pixel: an even square has no middle pixel.
 *
 * @param rotation degrees, counter-clockwise
 * @example
 * patchMiddle(0, { size: 32, centre: "inference" }); // => { x: -0.5, y: -0.5 }
 */
export function patchMiddle(
  rotation: number,
  { size, centre }: Pick<PatchParameters, "size" | "centre">,
): { x: number; y: number } {
  const { pivot, first } = squareOf(size, centre);
  const middle = first - pivot + (size - 1) / 2;
  const [cosine, sine] = turn(rotation);
  return { x: (cosine - sine) * middle + pivot, y: (cosine + sine) * middle + pivot };
}

/**
 * Where a patch's square begins and about which point it is turned, from the labelled pixel in both directions.
 *
 * The original turns its 2*size square about the square's middle, which lies between four pixels (-0.5 from the
 * labelled one), and then cuts from one pixel before the middle of the rotated square.
 */
function squareOf(size: number, centre: PatchParameters["centre"]): { pivot: number; first: number } {
  return centre === "original" ? { pivot: -0.5, first: -size / 2 - 1 } : { pivot: 0, first: -size / 2 };
}

/** Cosine and sine. */
function turn(rotation: number): [number, number] {
  const radians = (rotation * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** For each pixel of a rotated patch: how far (in pixels of the padded image) its source is from the labelled. */
function sourceOffsets(
  rotation: number,
  size: number,
  centre: PatchParameters["centre"],
  rowLength: number,
): Int32Array {
  const [cosine, sine] = turn(rotation);
  const { pivot, first } = squareOf(size, centre);
  const offsets = new Int32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dy = y + first - pivot;
      const dx = x + first - pivot;
      // Turning the picture counter-clockwise by an angle looks up its source clockwise by that angle.
      const sourceY = Math.round(cosine * dy + sine * dx + pivot);
      const sourceX = Math.round(cosine * dx - sine * dy + pivot);
      offsets[y * size + x] = sourceY * rowLength + sourceX;
    }
  }
  return offsets;
}
