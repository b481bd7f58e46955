import fc from "fast-check";
import { expect, test } from "vitest";
import { mirrorIndex, resizeCubic, scaledSize, type Raster } from "../../kernel-lib/src/study/index.js";
import { plain, rectangle, tissue } from "./pictures.js";

/** Keys' kernel (a = -0.5), from its definition. */
function kernel(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
}

/** One line resized in floating point by the definition: every source pixel, however far, is weighed. */
function resizeLine(line: number[], scale: number): number[] {
  const shrink = Math.min(1, scale);
  return Array.from({ length: scaledSize(line.length, scale) }, (_, i) => {
    const centre = (i + 0.5) / scale - 0.5;
    let sum = 0;
    let weights = 0;
    for (let j = Math.floor(centre - 3 / shrink); j <= centre + 3 / shrink; j++) {
      const weight = kernel((centre - j) * shrink);
      sum += weight * line[mirrorIndex(j, line.length)];
      weights += weight;
    }
    return Math.min(255, Math.max(0, sum / weights));
  });
}

/** The whole image, one axis after the other; 8 bits in between as Matlab's. */
function reference(image: Raster, scale: number): number[] {
  const { width, height, channels, data } = image;
  const newWidth = scaledSize(width, scale);
  const newHeight = scaledSize(height, scale);
  const result = new Array<number>(newWidth * newHeight * channels);
  for (let c = 0; c < channels; c++) {
    const columns = Array.from({ length: width }, (_, x) => {
      const line = Array.from({ length: height }, (_, y) => data[(y * width + x) * channels + c]);
      return resizeLine(line, scale).map(Math.round);
    });
    for (let y = 0; y < newHeight; y++) {
      const row = resizeLine(
        columns.map((column) => column[y]),
        scale,
      );
      row.forEach((value, x) => (result[(y * newWidth + x) * channels + c] = value));
    }
  }
  return result;
}

test.each([0.5, 0.25, 0.7, 0.3, 1.5, 2])(
  "resizeCubic() is within one and a half grey levels of the antialiased cubic filter in floating point when the scale is %s",
  (scale) => {
    for (const [width, height] of [
      [24, 17],
      [31, 20],
    ]) {
      const image = tissue(width, height, width);
      const expected = reference(image, scale);
      const found = resizeCubic(image, scale).data;
      expect(found).toHaveLength(expected.length);
      const largest = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
      expect(largest).toBeLessThan(1.5);
    }
  },
);

test("resizeCubic() averages a fine checkerboard away when it shrinks, where a plain cubic would keep stripes", () => {
  const board = plain(40, 40, 0);
  for (let i = 0; i < 1600; i++) board.data.fill((i + Math.floor(i / 40)) % 2 ? 255 : 0, i * 3, i * 3 + 3);
  const small = resizeCubic(board, 0.25).data;
  expect(Math.min(...small)).toBeGreaterThan(110);
  expect(Math.max(...small)).toBeLessThan(145);
});

test("resizeCubic() leaves a plain image plain, whatever the scale", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.double({ min: 0.05, max: 3, noNaN: true }), (grey, scale) => {
      expect(new Set(resizeCubic(plain(13, 9, grey), scale).data)).toEqual(new Set([grey]));
    }),
  );
});

test("resizeCubic() gives a scale of 1 back unchanged", () => {
  const image = rectangle(8, 8, [2, 2, 5, 5]);
  expect(resizeCubic(image, 1)).toBe(image);
});

test("scaledSize() is the smallest whole number that holds the scaled length, at least 1", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 400 }), (length, hundredths) => {
      const size = scaledSize(length, hundredths / 100);
      expect(size).toBe(Math.max(1, Math.ceil((length * hundredths) / 100)));
    }),
  );
});
