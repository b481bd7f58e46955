/** "Networks" that any pixel of a window can sway, so that a wrong window is noticed. */
import type { Classifier, DenseClassifier } from "../../kernel-lib/dist/engine/index.js";
import { mirrorIndex, type Raster } from "../../kernel-lib/dist/study/index.js";

export const side = 4;

/** The window of pixel (y, x): rows y - 2 to y + 1, columns alike, mirrored at the image's edges. */
export function naiveWindow({ width, height, data }: Raster, y: number, x: number): Uint8Array {
  const window = new Uint8Array(side * side * 3);
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const row = mirrorIndex(y - side / 2 + i, height);
      const column = mirrorIndex(x - side / 2 + j, width);
      for (let c = 0; c < 3; c++) window[(i * side + j) * 3 + c] = data[(row * width + column) * 3 + c];
    }
  return window;
}

/** The answer to one window: anything from 0 to 1. */
export function answer(window: Uint8Array): number {
  const sum = window.reduce((before, value, i) => before + value * (i + 1), 0);
  return Math.fround((sum % 1009) / 1009);
}

/** Turned to the right by a quarter. */
export function turned(window: Uint8Array): Uint8Array {
  return window.map((_, i) => {
    const [row, column, channel] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side, i % 3];
    return window[((side - 1 - column) * side + row) * 3 + channel];
  });
}

export function mirrored(window: Uint8Array): Uint8Array {
  return window.map((_, i) => {
    const [row, column, channel] = [Math.floor(i / (3 * side)), Math.floor(i / 3) % side, i % 3];
    return window[(row * side + side - 1 - column) * 3 + channel];
  });
}

/** Looks at more of the image than the window, as a network with padding does, but lets only the window sway it. */
const dense: DenseClassifier = {
  classes: 2,
  extent: [6, 5],
  before: [2, 1],
  differences: [],
  classify(pixels, height, width) {
    const [tall, wide] = [height - 6, width - 5];
    const result = new Float32Array(2 * tall * wide);
    const window = new Uint8Array(side * side * 3);
    for (let y = 0; y < tall; y++)
      for (let x = 0; x < wide; x++) {
        for (let row = 0; row < side; row++) {
          const start = ((y + 2 + row) * width + x + 1) * 3;
          window.set(pixels.subarray(start, start + 3 * side), row * side * 3);
        }
        result[2 * (y * wide + x) + 1] = answer(window);
      }
    return Promise.resolve(result);
  },
  dispose() {},
};

/** A classifier whose dense form agrees with it. */
export const checksum: Classifier = {
  patchSize: side,
  classes: 2,
  classify(pixels) {
    const bytes = side * side * 3;
    const result = new Float32Array((2 * pixels.length) / bytes);
    for (let n = 0; n < result.length / 2; n++) {
      result[2 * n + 1] = answer(pixels.subarray(n * bytes, (n + 1) * bytes));
      result[2 * n] = 1 - result[2 * n + 1];
    }
    return Promise.resolve(result);
  },
  dense: () => dense,
  dispose() {},
};
