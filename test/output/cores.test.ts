import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Classifier } from "../../kernel-lib/dist/engine/index.js";
import { fillNearest, predictMap, strideIndices } from "../../kernel-lib/dist/output/index.js";
import { windowCutter } from "../../kernel-lib/dist/output/windows.js";
import { mirrorIndex, type Raster } from "../../kernel-lib/dist/study/index.js";
import { tissue } from "../study/pictures.js";

/** The window of pixel (y, x): rows y - half to y + half - 1, columns alike, mirrored at the edges. */
function naiveWindow({ width, height, data }: Raster, y: number, x: number, size: number): Uint8Array {
  const window = new Uint8Array(size * size * 3);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const row = mirrorIndex(y - size / 2 + i, height);
      const column = mirrorIndex(x - size / 2 + j, width);
      for (let c = 0; c < 3; c++) window[(i * size + j) * 3 + c] = data[(row * width + column) * 3 + c];
    }
  return window;
}

/** A "network" that any pixel of the window can sway, so that a wrong window is noticed. */
const checksum: Classifier = {
  patchSize: 4,
  classes: 2,
  classify(pixels) {
    const result = new Float32Array((2 * pixels.length) / 48);
    for (let n = 0; n < result.length / 2; n++) {
      let sum = 0;
      for (let i = 0; i < 48; i++) sum += pixels[n * 48 + i] * (i + 1);
      result[2 * n + 1] = (sum % 1009) / 1009;
      result[2 * n] = 1 - result[2 * n + 1];
    }
    return result;
  },
  dispose() {},
};

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 23 }),
  height: fc.integer({ min: 1, max: 19 }),
  stride: fc.integer({ min: 1, max: 30 }),
  seed: fc.nat(99),
});

describe("windowCutter", () => {
  test("cuts every pixel's window, row 0 and column 0 included, of images of any size", () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(2, 4, 8), ({ width, height, seed }, size) => {
        const image = tissue(width, height, seed);
        const cutter = windowCutter(image, size);
        const target = new Uint8Array(size * size * 3 + 5);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            cutter.cut(y * width + x, target, 5);
            expect(target.subarray(5)).toEqual(naiveWindow(image, y, x, size));
          }
      }),
      { numRuns: 30 },
    );
  });
});

describe("stride", () => {
  test("every pixel belongs to exactly one run, whose computed pixel lies in it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 250 }), (length, stride) => {
        const indices = strideIndices(length, stride);
        const filled = fillNearest(Float32Array.from(indices), length, 1, stride);
        expect(filled.length).toBe(length);
        expect([...new Set(filled)]).toEqual([...indices]);
        filled.forEach((index, pixel) => {
          expect(Math.floor(index / stride)).toBe(Math.floor(pixel / stride));
          expect(Math.abs(index - pixel)).toBeLessThan(stride);
        });
      }),
    );
  });

  test("filling keeps rows and columns apart", () => {
    fc.assert(
      fc.property(sizes, ({ width, height, stride }) => {
        const [rows, columns] = [strideIndices(height, stride), strideIndices(width, stride)];
        const values = Float32Array.from([...rows].flatMap((y) => [...columns].map((x) => 1000 * y + x)));
        const filled = fillNearest(values, width, height, stride);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const expected = 1000 * rows[Math.floor(y / stride)] + columns[Math.floor(x / stride)];
            expect(filled[y * width + x]).toBe(expected);
          }
      }),
      { numRuns: 40 },
    );
  });
});

describe("predictMap", () => {
  test("gives every pixel the answer for its own window", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ width, height, seed }) => {
        const image = tissue(width, height, seed);
        const map = await predictMap(image, checksum);
        expect([map.width, map.height, map.epithelium.length]).toEqual([width, height, width * height]);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            expect(map.epithelium[y * width + x]).toBe(checksum.classify(naiveWindow(image, y, x, 4))[1]);
      }),
      { numRuns: 20 },
    );
  });

  test("at a stride computes the grid's pixels alone and gives them to their neighbours", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ width, height, stride, seed }) => {
        const image = tissue(width, height, seed);
        const whole = await predictMap(image, checksum);
        const counts: number[] = [];
        const coarse = await predictMap(image, checksum, { stride, onWindows: (done) => counts.push(done) });
        const [rows, columns] = [strideIndices(height, stride), strideIndices(width, stride)];
        expect(counts.at(-1)).toBe(rows.length * columns.length);
        coarse.epithelium.forEach((value, i) => {
          const [y, x] = [Math.floor(i / width), i % width];
          const [row, column] = [rows[Math.floor(y / stride)], columns[Math.floor(x / stride)]];
          expect(value).toBe(whole.epithelium[row * width + column]);
        });
      }),
      { numRuns: 20 },
    );
  });

  test("averages each window with its mirror image, and leaves the first row and column out, when asked to", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ width, height, seed }) => {
        const image = tissue(width, height, seed);
        const map = await predictMap(image, checksum, { oversample: true, firstLine: "leave" });
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const window = naiveWindow(image, y, x, 4);
            const mirrored = window.map((_, i) => {
              const [row, column, channel] = [Math.floor(i / 12), Math.floor((i % 12) / 3), i % 3];
              return window[row * 12 + (3 - column) * 3 + channel];
            });
            const expected = (checksum.classify(window)[1] + checksum.classify(mirrored)[1]) / 2;
            const found = map.epithelium[y * width + x];
            if (y === 0 || x === 0) expect(found).toBeNaN();
            else expect(found).toBeCloseTo(expected, 6);
          }
      }),
      { numRuns: 20 },
    );
  });

  test("a shifted image gives the shifted map, away from the border", async () => {
    const image = tissue(30, 26);
    const [down, right] = [3, 5];
    const shifted: Raster = { width: 25, height: 23, channels: 3, data: new Uint8Array(25 * 23 * 3) };
    for (let y = 0; y < 23; y++)
      for (let i = 0; i < 75; i++) shifted.data[y * 75 + i] = image.data[(y + down) * 90 + 3 * right + i];
    const [whole, part] = [await predictMap(image, checksum), await predictMap(shifted, checksum)];
    for (let y = 2; y < 23 - 2; y++)
      for (let x = 2; x < 25 - 2; x++)
        expect(part.epithelium[y * 25 + x]).toBe(whole.epithelium[(y + down) * 30 + x + right]);
  });

  test("stops between two batches when it is interrupted", async () => {
    const stop = new AbortController();
    const work = predictMap(tissue(40, 40), checksum, {
      signal: stop.signal,
      onWindows: (done) => done >= 512 && stop.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: "Interrupted" });
  });
});
