import type { MeanImage } from "../caffe/index.js";
import { HistobookError } from "../foundation/index.js";
import type { Raster } from "../study/index.js";

/**
 * Caffe's planes (blue, green, red; grey levels 0 to 255, such as a mean image has) as a picture: RGB (HWC, 8 bits),
 * or grey where there is one plane.
 *
 * @throws HistobookError `BadInput` for another number of planes.
 * @example
 * const mean = { channels: 3, height: 1, width: 1, data: new Float32Array([10.4, 20, 300]) };
 * planesPicture(mean).data; // => Uint8Array [255, 20, 10]
 */
export function planesPicture({ channels, width, height, data }: MeanImage): Raster {
  if (channels === 1) return { width, height, channels, data: bytes(data.length, (i) => data[i]) };
  if (channels !== 3) {
    throw new HistobookError("BadInput", {
      subject: "the mean image",
      found: `${channels} channels`,
      expected: "3 (blue, green, red) or 1 (grey)",
      fix: "look at it without a picture",
    });
  }
  const plane = width * height;
  return {
    width,
    height,
    channels,
    data: bytes(data.length, (i) => data[(2 - (i % 3)) * plane + Math.floor(i / 3)]),
  };
}

/** Rounded, and cut off where a byte ends. */
function bytes(length: number, value: (index: number) => number): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from({ length }, (_, i) => value(i)).buffer);
}
