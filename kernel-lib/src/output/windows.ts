import { padSymmetric, type Raster } from "../study/index.js";

/** Cuts the window of any pixel of an image; made once an image. */
export interface WindowCutter {
  /**
   * Writes a pixel's window into `target` from `offset` on, as size x size RGB.
   *
   * @param position row * width + column
   */
  cut(position: number, target: Uint8Array, offset: number): void;
}

/**
 * Prepares an image for cutting windows (tutorial step 5, with mirrored edges).
 *
 * The window of pixel (y, x) is rows y - size/2 to y + size/2 - 1, columns alike, so that every pixel has one,
 * those of row 0 and column 0 too.
 *
 * @param image RGB at the working scale
 * @param size the window's side in pixels, even
 */
export function windowCutter(image: Raster, size: number): WindowCutter {
  const padded = padSymmetric(image, size / 2);
  const rowBytes = size * 3;
  return {
    cut(position, target, offset) {
      // In the padded image the window's corner stands where the pixel itself stands in the image.
      const corner = Math.floor(position / image.width) * padded.width + (position % image.width);
      for (let y = 0; y < size; y++) {
        const start = (corner + y * padded.width) * 3;
        target.set(padded.data.subarray(start, start + rowBytes), offset + y * rowBytes);
      }
    },
  };
}
