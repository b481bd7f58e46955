/** What every mode of step 5 must do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { predictMap, strideIndices, type ModeName } from "../../kernel-lib/dist/output/index.js";
import type { Raster } from "../../kernel-lib/dist/study/index.js";
import { tissue } from "../study/pictures.js";
import { answer, checksum, mirrored, naiveWindow, turned } from "./checksum.js";

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 23 }),
  height: fc.integer({ min: 1, max: 19 }),
  stride: fc.integer({ min: 1, max: 30 }),
  seed: fc.nat(99),
});
const runs = { numRuns: 20 };

/** A part of an image. */
function crop({ width, data }: Raster, left: number, top: number, wide: number, tall: number): Raster {
  const pixels = new Uint8Array(wide * tall * 3);
  for (let y = 0; y < tall; y++) {
    const start = ((top + y) * width + left) * 3;
    pixels.set(data.subarray(start, start + 3 * wide), y * wide * 3);
  }
  return { width: wide, height: tall, channels: 3, data: pixels };
}

/**
 * @param exactShare the windowShare at which the mode is exact, so that it can be compared with window mode's definition
 */
export function describeMode(mode: ModeName, exactShare: number): void {
  const options = { mode, windowShare: exactShare };
  describe(`mode ${mode}`, () => {
    test("gives every pixel the answer for its own window, row 0 and column 0 too, in images from 1 x 1 up", async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async ({ width, height, seed }) => {
          const image = tissue(width, height, seed);
          const map = await predictMap(image, checksum, options);
          expect([map.width, map.height, map.epithelium.length]).toEqual([width, height, width * height]);
          expect(map.mode).toBe(mode);
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++)
              expect(map.epithelium[y * width + x]).toBe(answer(naiveWindow(image, y, x)));
        }),
        runs,
      );
    });

    test("at a stride computes the grid's pixels alone, reports them, and gives each to its neighbours", async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async ({ width, height, stride, seed }) => {
          const image = tissue(width, height, seed);
          const counts: number[] = [];
          const map = await predictMap(image, checksum, {
            ...options,
            stride,
            onWindows: (done) => counts.push(done),
          });
          const [rows, columns] = [strideIndices(height, stride), strideIndices(width, stride)];
          expect(counts.at(-1)).toBe(rows.length * columns.length);
          expect(counts).toEqual([...counts].sort((one, other) => one - other));
          map.epithelium.forEach((value, i) => {
            const [y, x] = [Math.floor(i / width), i % width];
            const [row, column] = [rows[Math.floor(y / stride)], columns[Math.floor(x / stride)]];
            expect(value).toBe(answer(naiveWindow(image, row, column)));
          });
        }),
        runs,
      );
    });

    test("fills linearly between the computed pixels, which keep their values", async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async ({ width, height, stride, seed }) => {
          const image = tissue(width, height, seed);
          const map = await predictMap(image, checksum, { ...options, stride, fill: "linear" });
          for (const y of strideIndices(height, stride))
            for (const x of strideIndices(width, stride))
              expect(map.epithelium[y * width + x]).toBeCloseTo(answer(naiveWindow(image, y, x)), 6);
          for (const value of map.epithelium) expect(value >= 0 && value <= 1).toBe(true);
        }),
        runs,
      );
    });

    test("a shifted image gives the shifted map, away from the border, at any stride", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            stride: fc.integer({ min: 1, max: 5 }),
            right: fc.nat(3),
            down: fc.nat(3),
            fill: fc.constantFrom("nearest" as const, "linear" as const),
          }),
          async ({ stride, right, down, fill }) => {
            const image = tissue(40, 36);
            // A whole number of runs, so that both grids lie on the same pixels.
            const [left, top] = [right * stride, down * stride];
            const part = crop(image, left, top, 25, 21);
            const some = { ...options, stride, fill };
            const [whole, shifted] = [
              await predictMap(image, checksum, some),
              await predictMap(part, checksum, some),
            ];
            const margin = 2 + stride;
            for (let y = margin; y < 21 - margin; y++)
              for (let x = margin; x < 25 - margin; x++)
                expect(shifted.epithelium[y * 25 + x]).toBeCloseTo(
                  whole.epithelium[(y + top) * 40 + x + left],
                  6,
                );
          },
        ),
        runs,
      );
    });

    test("averages each window with its mirror image, and with itself turned, when asked to", async () => {
      const cases = fc.record({ oversample: fc.boolean(), rotations: fc.boolean() });
      await fc.assert(
        fc.asyncProperty(sizes, cases, async ({ width, height, seed }, { oversample, rotations }) => {
          const image = tissue(width, height, seed);
          const map = await predictMap(image, checksum, { ...options, oversample, rotations });
          for (let y = 0; y < height; y++)
            for (let x = 0; x < width; x++) {
              const window = naiveWindow(image, y, x);
              const seen = oversample ? [window, mirrored(window)] : [window];
              for (let turn = 0; rotations && turn < 3; turn++) {
                seen.push(...seen.slice(oversample ? -2 : -1).map(turned));
              }
              const expected = seen.reduce((sum, one) => sum + answer(one), 0) / seen.length;
              expect(map.epithelium[y * width + x]).toBeCloseTo(expected, 5);
            }
        }),
        runs,
      );
    });

    test("leaves the first row and column out when asked to, and nothing else", async () => {
      await fc.assert(
        fc.asyncProperty(sizes, async ({ width, height, stride, seed }) => {
          const map = await predictMap(tissue(width, height, seed), checksum, {
            ...options,
            stride,
            firstLine: "leave",
          });
          map.epithelium.forEach((value, i) => {
            const isFirst = i < width || i % width === 0;
            expect(Number.isNaN(value)).toBe(isFirst);
          });
        }),
        runs,
      );
    });

    test("says how far it agrees with window mode, at the same pixels for the same seed", async () => {
      const image = tissue(45, 41);
      const maps = [await predictMap(image, checksum, options), await predictMap(image, checksum, options)];
      expect(maps[0]).toEqual(maps[1]);
      const { agreement, windows } = maps[0];
      if (mode === "window") expect([agreement, windows]).toEqual([null, 45 * 41]);
      else expect(agreement).toEqual({ pixels: 1024, agreement: 1, largestDifference: 0, meanDifference: 0 });
    });

    test("stops when it is interrupted", async () => {
      const stop = new AbortController();
      const work = predictMap(tissue(60, 60), checksum, {
        ...options,
        rotations: true,
        signal: stop.signal,
        onWindows: () => stop.abort(),
      });
      await expect(work).rejects.toMatchObject({ code: "Interrupted" });
    });
  });
}
