import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillLinear, fillNearest, strideIndices } from "../../kernel-lib/dist/output/index.js";

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 23 }),
  height: fc.integer({ min: 1, max: 19 }),
  stride: fc.integer({ min: 1, max: 30 }),
  seed: fc.nat(99),
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

describe("fillLinear", () => {
  test("gives a plane back between the outermost computed pixels, and repeats these beyond", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: -3, max: 3 }), ({ width, height, stride }, slope) => {
        const [rows, columns] = [strideIndices(height, stride), strideIndices(width, stride)];
        const plane = (y: number, x: number) => 2 * y + slope * x;
        const values = Float32Array.from([...rows].flatMap((y) => [...columns].map((x) => plane(y, x))));
        const filled = fillLinear(values, width, height, stride);
        const within = (place: number, computed: Uint32Array) =>
          Math.min(Math.max(place, computed[0]), computed.at(-1)!);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            expect(filled[y * width + x]).toBeCloseTo(plane(within(y, rows), within(x, columns)), 4);
      }),
      { numRuns: 60 },
    );
  });
});
