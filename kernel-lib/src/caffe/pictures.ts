import { HistobookError } from "../foundation/errors.js";
import type { Blob } from "./blob.js";
import type { MeanImage } from "./mean.js";

/** A picture in memory: rows from the top, pixels from the left, channels together (RGB, or grey alone), 8 bits each. */
export interface ValuesPicture {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/**
 * Caffe's planes (blue, green, red; grey levels 0 to 255, such as a mean image has) as a picture: RGB (HWC, 8 bits),
 * or grey where there is one plane.
 *
 * @throws HistobookError `BadInput` for another number of planes.
 * @example
 * const mean = { channels: 3, height: 1, width: 1, data: new Float32Array([10.4, 20, 300]) };
 * planesPicture(mean).data; // => Uint8Array [255, 20, 10]
 */
export function planesPicture({ channels, width, height, data }: MeanImage): ValuesPicture {
  if (channels === 1) return { width, height, channels, data: bytes(data.length, (i) => data[i]) };
  if (channels !== 3) {
    throw new HistobookError("BadInput", {
      subject: "the mean image",
      topic: "models",
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

/**
 * A convolution's filters as pictures, all on one scale: grey is zero, the largest weight is full colour.
 *
 * @param weights filters x 3 (blue, green, red) x height x width
 * @returns a picture a filter, RGB (HWC, 8 bits)
 * @throws HistobookError `BadInput` for filters that don't look at three channels.
 * @example
 * const weights = { shape: [1, 3, 1, 1], data: new Float32Array([0, -0.5, 1]) };
 * filterPictures(weights)[0].data; // => Uint8Array [255, 65, 128]
 */
export function filterPictures({ shape, data }: Blob): ValuesPicture[] {
  const [filters, channels, height, width] = shape;
  if (shape.length !== 4 || channels !== 3) {
    throw new HistobookError("BadInput", {
      subject: "the filters",
      topic: "models",
      found: `a shape of ${shape.join(" x ")}`,
      expected: "filters x 3 (blue, green, red) x height x width",
      fix: "look at the first layer's filters",
    });
  }
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const plane = height * width;
  return Array.from({ length: filters }, (_, n) => {
    const pixels = Uint8Array.from({ length: plane * 3 }, (_, i) => {
      const value = data[n * plane * 3 + (2 - (i % 3)) * plane + Math.floor(i / 3)];
      return Math.round(128 + (127 * value) / largest);
    });
    return { width, height, channels: 3, data: pixels };
  });
}

/** Rounded, and cut off where a byte ends. */
function bytes(length: number, value: (index: number) => number): Uint8Array {
  return new Uint8Array(Uint8ClampedArray.from({ length }, (_, i) => value(i)).buffer);
}
