import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addBoundaries } from "../../kernel-lib/dist/evaluation/boundary.js";
import {
  boundaryCounts,
  boundaryFScore,
  boundaryTolerances,
} from "../../kernel-lib/dist/evaluation/index.js";
import { rectangle } from "../study/pictures.js";

/** The pixels of a region that touch what is not of it. */
function naiveBoundary(region: Uint8Array, width: number): [number, number][] {
  const at = (x: number, y: number) =>
    x < 0 || x >= width || y < 0 || y >= region.length / width ? undefined : region[y * width + x];
  const pixels: [number, number][] = [];
  for (let y = 0; y < region.length / width; y++)
    for (let x = 0; x < width; x++)
      if (at(x, y) === 1 && [at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)].includes(0))
        pixels.push([x, y]);
  return pixels;
}

/** Every pixel of one boundary against every pixel of the other. */
function naiveCounts(predicted: Uint8Array, mask: Uint8Array, width: number) {
  const [one, other] = [naiveBoundary(predicted, width), naiveBoundary(mask, width)];
  const met = (from: [number, number][], to: [number, number][], tolerance: number) =>
    from.filter(([x, y]) => to.some(([u, v]) => Math.hypot(x - u, y - v) <= tolerance)).length;
  return [0, 1, 2, 3].map((tolerance) => ({
    predicted: one.length,
    predictedMet: met(one, other, tolerance),
    mask: other.length,
    maskMet: met(other, one, tolerance),
  }));
}

const size = fc.record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) });
const speckles = size.chain(({ width, height }) => {
  const plane = fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 });
  return fc.record({ width: fc.constant(width), predicted: plane, mask: plane });
});
const boxes = size.chain(({ width, height }) => {
  const box = fc
    .tuple(fc.nat(width), fc.nat(height), fc.nat(width), fc.nat(height))
    .map(([a, b, c, d]): [number, number, number, number] => [
      Math.min(a, c),
      Math.min(b, d),
      Math.max(a, c),
      Math.max(b, d),
    ])
    .map((corners) => rectangle(width, height, corners).data);
  return fc.record({ width: fc.constant(width), predicted: box, mask: box });
});

describe("boundaries", () => {
  test.each([
    ["speckles", speckles],
    ["boxes", boxes],
  ])("of %s are counted as by comparing every pixel with every other", (_, regions) => {
    fc.assert(
      fc.property(regions, ({ width, predicted, mask }) => {
        expect(boundaryCounts(predicted, mask, width)).toEqual(naiveCounts(predicted, mask, width));
      }),
      { numRuns: 300 },
    );
  });

  test("of a region that is shifted by two pixels are met from two pixels on", () => {
    const mask = rectangle(40, 40, [8, 8, 30, 30]).data;
    const shifted = rectangle(40, 40, [10, 8, 32, 30]).data;
    const scores = boundaryCounts(shifted, mask, 40).map(boundaryFScore);
    expect(scores[0]).toBeLessThan(scores[1]!);
    expect(scores[1]).toBeLessThan(1);
    expect(scores.slice(2)).toEqual([1, 1]);
    expect(boundaryCounts(mask, mask, 40).map(boundaryFScore)).toEqual(boundaryTolerances.map(() => 1));
  });

  test("the image's border is none", () => {
    const all = new Uint8Array(30).fill(1);
    expect(boundaryCounts(all, all, 6).map(boundaryFScore)).toEqual([null, null, null, null]);
    const half = rectangle(6, 5, [0, 0, 3, 5]).data;
    expect(boundaryCounts(half, all, 6)[3]).toEqual({ predicted: 5, predictedMet: 0, mask: 0, maskMet: 0 });
    expect(boundaryCounts(half, all, 6).map(boundaryFScore)).toEqual([0, 0, 0, 0]);
  });

  test("of several images add up", () => {
    const one = { predicted: 1, predictedMet: 2, mask: 3, maskMet: 4 };
    expect(addBoundaries([one, one, one])).toEqual({ predicted: 3, predictedMet: 6, mask: 9, maskMet: 12 });
  });
});
