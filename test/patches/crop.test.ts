import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mirrorIndex, patchCutter, type Raster } from "histobook";
import { tissue } from "../study/pictures.js";

/** A square of pixels, each a number: red + 256 green + 65536 blue. */
type Square = number[][];

function pixel(image: Raster, y: number, x: number): number {
  const i = (mirrorIndex(y, image.height) * image.width + mirrorIndex(x, image.width)) * 3;
  return image.data[i] + image.data[i + 1] * 256 + image.data[i + 2] * 65536;
}

/** Rows and columns `from` to `to` (excluded) round the labelled pixel. */
function window(image: Raster, row: number, column: number, from: number, to: number): Square {
  const steps = Array.from({ length: to - from }, (_, i) => from + i);
  return steps.map((dy) => steps.map((dx) => pixel(image, row + dy, column + dx)));
}

/** One quarter turn counter-clockwise: the right column becomes the top row. */
function turn(square: Square): Square {
  return square.map((_, y) => square.map((row) => row[square.length - 1 - y]));
}

function turned(square: Square, rotation: number): Square {
  return rotation === 0 ? square : turn(turned(square, rotation - 90));
}

function centre(square: Square, first: number, size: number): Square {
  return square.slice(first, first + size).map((row) => row.slice(first, first + size));
}

/** The original's way: 2*size window, turned, then `size` rows and columns from one before the middle. */
function originalCrop(image: Raster, row: number, column: number, size: number, rotation: number): Square {
  return centre(turned(window(image, row, column, -size, size), rotation), size / 2 - 1, size);
}

/** Ours: the window has the labelled pixel in its very middle, so it stays there in every rotation. */
function inferenceCrop(image: Raster, row: number, column: number, size: number, rotation: number): Square {
  return centre(turned(window(image, row, column, -size, size + 1), rotation), size / 2, size);
}

function cut(
  image: Raster,
  parameters: { size: number; centre: "inference" | "original"; rotations: number[] },
  [row, column, rotation]: [number, number, number],
): Square {
  const { size } = parameters;
  const bytes = new Uint8Array(size * size * 3);
  patchCutter(image, parameters).cut(row * image.width + column, rotation, bytes);
  const square = { width: size, height: size, channels: 3 as const, data: bytes };
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => pixel(square, y, x)));
}

const scene = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    size: fc.integer({ min: 1, max: 10 }).map((half) => half * 2),
    rotation: fc.constantFrom(0, 90, 180, 270),
  })
  .chain(({ width, height, ...rest }) =>
    fc.record({
      image: fc.constant(tissue(width, height, width * 100 + height)),
      row: fc.nat(height - 1),
      column: fc.nat(width - 1),
      size: fc.constant(rest.size),
      rotation: fc.constant(rest.rotation),
    }),
  );

describe("patchCutter()", () => {
  test.each([
    ["original", originalCrop],
    ["inference", inferenceCrop],
  ] as const)("cuts what padding, turning and cropping give when the centre is '%s'", (name, crop) => {
    fc.assert(
      fc.property(scene, ({ image, row, column, size, rotation }) => {
        const found = cut(image, { size, centre: name, rotations: [rotation] }, [row, column, rotation]);
        expect(found).toEqual(crop(image, row, column, size, rotation));
      }),
    );
  });

  test("puts the labelled pixel at 16 of 32 in every rotation, where step 5 looks for it", () => {
    const image = tissue(80, 80);
    for (const rotation of [0, 90, 180, 270, 45, 30]) {
      const patch = cut(image, { size: 32, centre: "inference", rotations: [rotation] }, [40, 37, rotation]);
      expect(patch[16][16]).toBe(pixel(image, 40, 37));
    }
  });

  test("puts it where the original does when asked: at (17, 17), and at (16, 17) turned by 90 degrees", () => {
    const image = tissue(80, 80);
    const parameters = { size: 32, centre: "original" as const, rotations: [0, 90] };
    expect(cut(image, parameters, [40, 37, 0])[17][17]).toBe(pixel(image, 40, 37));
    expect(cut(image, parameters, [40, 37, 90])[16][17]).toBe(pixel(image, 40, 37));
  });

  test("turns counter-clockwise: what lay to the right of the centre lies above it after 90 degrees", () => {
    const image = tissue(80, 80);
    const patch = cut(image, { size: 32, centre: "inference", rotations: [90] }, [40, 40, 90]);
    expect(patch[16 - 5][16]).toBe(pixel(image, 40, 45));
  });

  test("takes the nearest pixel in rotations that are no quarter turn", () => {
    const image = tissue(80, 80);
    const patch = cut(image, { size: 32, centre: "inference", rotations: [45] }, [40, 40, 45]);
    // 10 pixels up-left in the patch are 14.1 to the left, turned by 45 degrees.
    const far = Math.round(10 * Math.SQRT2);
    expect(patch[16 - 10][16 - 10]).toBe(pixel(image, 40 - far, 40));
    expect(patch[16 - 10][16 + 10]).toBe(pixel(image, 40, 40 + far));
  });

  test("refuses a rotation that it was not made for", () => {
    const cutter = patchCutter(tissue(40, 40), { size: 32, centre: "inference", rotations: [0] });
    expect(() => cutter.cut(0, 90, new Uint8Array(3072))).toThrow("rotation 90 was not prepared");
  });
});
