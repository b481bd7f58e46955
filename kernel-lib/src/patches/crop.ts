import { padSymmetric, type Raster } from "../study/index.js";
import type { PatchParameters } from "./options.js";

/** Cuts patches out of one image; made once an image, used once a patch. */
export interface PatchCutter {
  /**
   * Writes the patch round a pixel into `target` as `size` x `size` RGB (HWC, 8 bits).
   *
   * @param position row * width + column at the working scale
   * @param rotation degrees, counter-clockwise
   */
  cut(position: number, rotation: number, target: Uint8Array): void;
}

/**
 * Prepares an image for cutting (tutorial step 1: mirrored edges, rotated about the labelled pixel).
 *
 * The original cuts 64x64, rotates that, and keeps the central 32x32. Here a table says for each pixel of the
 * patch which pixel of the image it is: the same pixels without the larger copy. Rotations that are no
 * multiple of 90 take the nearest pixel, as Matlab's imrotate does by default.
 */
export function patchCutter(
  image: Raster,
  parameters: Pick<PatchParameters, "size" | "centre" | "rotations">,
): PatchCutter {
  const { size, centre } = parameters;
  // A rotated patch reaches at most (size/2 + 1) * sqrt(2) + 1 pixels from its labelled one.
  const margin = size + 4;
  const padded = padSymmetric(image, margin);
  const tables = new Map<number, Int32Array>();
  for (const rotation of parameters.rotations) {
    tables.set(rotation, sourceOffsets(rotation, size, centre, padded.width));
  }
  const rowBytes = size * 3;
  return {
    cut(position, rotation, target) {
      const row = Math.floor(position / image.width) + margin;
      const column = (position % image.width) + margin;
      const anchor = row * padded.width + column;
      const offsets = tables.get(rotation);
      if (!offsets) throw new RangeError(`rotation ${rotation} was not prepared`);
      if (rotation === 0) {
        for (let y = 0; y < size; y++) {
          const start = (anchor + offsets[y * size]) * 3;
          target.set(padded.data.subarray(start, start + rowBytes), y * rowBytes);
        }
        return;
      }
      for (let i = 0, k = 0; i < offsets.length; i++, k += 3) {
        const source = (anchor + offsets[i]) * 3;
        target[k] = padded.data[source];
        target[k + 1] = padded.data[source + 1];
        target[k + 2] = padded.data[source + 2];
      }
    },
  };
}

/** For each pixel of a rotated patch: how far (in pixels of the padded image) its source is from the centre. */
function sourceOffsets(
  rotation: number,
  size: number,
  centre: "inference" | "original",
  rowLength: number,
): Int32Array {
  const half = size / 2;
  const radians = (rotation * Math.PI) / 180;
  const cosine = Math.cos(radians);
  const sine = Math.sin(radians);
  // The original turns its 2*size square about the square's middle, which lies between four pixels (-0.5 from
  // the labelled one), and then cuts from one pixel before the middle of the rotated square.
  const pivot = centre === "original" ? -0.5 : 0;
  const first = centre === "original" ? -half - 1 : -half;
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
