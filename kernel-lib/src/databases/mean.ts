import type { MeanImage } from "../caffe/index.js";

/** A running mean of images, in compute_image_mean's own arithmetic. */
export interface MeanSum {
  /** Adds an image's pixels (channels x height x width). */
  add(pixels: Uint8Array): void;
  /** The mean of what was added, grey levels 0 to 255. */
  mean(): MeanImage;
}

/**
 * Sums images as Caffe's compute_image_mean does: 32-bit sums in the database's order, then one division.
 *
 * Sums above 2^24 (more than 65,793 patches) are rounded at each step, so that the order counts and a sum in
 * higher precision would give other bytes.
 *
 * @example
 * const sum = meanSum({ channels: 1, height: 1, width: 2 });
 * sum.add(new Uint8Array([10, 20]));
 * sum.add(new Uint8Array([20, 40]));
 * sum.mean().data; // => Float32Array [15, 30]
 */
export function meanSum(shape: { channels: number; height: number; width: number }): MeanSum {
  const { channels, height, width } = shape;
  const sums = new Float32Array(channels * height * width);
  let count = 0;
  return {
    add(pixels) {
      count++;
      for (let i = 0; i < sums.length; i++) sums[i] += pixels[i];
    },
    mean() {
      return { channels, height, width, data: sums.map((sum) => sum / Math.fround(count)) };
    },
  };
}
