import type { MeanImage } from "../caffe/index.js";

/** A running mean of images, in compute_image_mean's own arithmetic. */
export interface MeanSum {
  /** Adds an image's pixels (channels x height x width). */
  add(pixels: Uint8Array): void;
  /** The mean of what was added, grey levels 0 to 255. */
  mean(): MeanImage;
}

/** Images that are added at a time. */
const groupLength = 4;

/** Which half of a number holds which pixel, below, is a matter of the machine; the rare others add one by one. */
const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Groups that 16 bits can hold: 64 x 4 x 255 is below 2^16. */
const mostGroups = 64;

/**
 * Sums images as Caffe's compute_image_mean does: 32-bit sums in the database's order, then one division.
 *
 * Sums above 2^24 (more than 65,793 patches) are rounded at each step, so that the order counts and a sum in
 * higher precision would give other bytes. Below it 32-bit sums are exact, and the same whole numbers are got faster
 * by adding two pixels with one addition.
 *
 * @example
 * const sum = meanSum({ channels: 1, height: 1, width: 2 });
 * sum.add(new Uint8Array([10, 20]));
 * sum.add(new Uint8Array([20, 40]));
 * sum.mean().data; // => Float32Array [15, 30]
 */
export function meanSum(shape: { channels: number; height: number; width: number }): MeanSum {
  const { channels, height, width } = shape;
  const size = channels * height * width;
  const sums = new Float32Array(size);
  const words = Math.ceil(size / 4);
  const group = new Uint8Array(groupLength * words * 4);
  const halves = pixelHalves(words);
  let inGroup = 0;
  let groups = 0;
  let exact = littleEndian;
  let count = 0;

  const settle = (): void => {
    halves.addTo(sums);
    groups = 0;
    // Whether no sum can pass 2^24 until the next time.
    exact &&= sums.reduce((most, sum) => Math.max(most, sum), 0) + groupLength * mostGroups * 255 <= 2 ** 24;
  };
  const addGroup = (): void => {
    if (exact) {
      halves.add(group);
      if (++groups === mostGroups) settle();
    } else {
      for (let n = 0; n < inGroup; n++) {
        for (let i = 0, k = n * words * 4; i < size; i++, k++) sums[i] += group[k];
      }
    }
    group.fill(0);
    inGroup = 0;
  };

  return {
    add(pixels) {
      count++;
      group.set(pixels.length === size ? pixels : pixels.subarray(0, size), inGroup * words * 4);
      if (++inGroup === groupLength) addGroup();
    },
    mean() {
      addGroup();
      settle();
      return { channels, height, width, data: sums.map((sum) => sum / Math.fround(count)) };
    },
  };
}

/** Sums of pixels, two of 16 bits in each number. */
function pixelHalves(words: number): {
  /** Adds a group of images. */
  add(group: Uint8Array): void;
  /** Adds what was summed to `sums`, and begins again. */
  addTo(sums: Float32Array): void;
} {
  // The first and third, and the second and fourth pixel of each four.
  const even = new Uint32Array(words);
  const odd = new Uint32Array(words);
  const mask = 0x00ff00ff;
  return {
    add(group) {
      const four = new Uint32Array(group.buffer, group.byteOffset, groupLength * words);
      for (let i = 0; i < words; i++) {
        const a = four[i];
        const b = four[i + words];
        const c = four[i + 2 * words];
        const d = four[i + 3 * words];
        even[i] += (a & mask) + (b & mask) + (c & mask) + (d & mask);
        odd[i] += ((a >>> 8) & mask) + ((b >>> 8) & mask) + ((c >>> 8) & mask) + ((d >>> 8) & mask);
      }
    },
    addTo(sums) {
      for (let i = 0; i < sums.length; i++) {
        const pair = i & 1 ? odd[i >> 2] : even[i >> 2];
        sums[i] += i & 2 ? pair >>> 16 : pair & 0xffff;
      }
      even.fill(0);
      odd.fill(0);
    },
  };
}
