/** Patches that are varied each time they are read. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { augment } from "../../kernel-lib/dist/databases/augmentation.js";
import { memoryPatchStore, type Augmentation } from "../../kernel-lib/dist/databases/index.js";
import { orient } from "../../kernel-lib/dist/databases/orientation.js";
import { jitterStain } from "../../kernel-lib/dist/databases/stainJitter.js";
import { randomStream } from "../../kernel-lib/dist/foundation/index.js";
import { contractPatches, contractShape } from "./patchStore.contract.js";

const density = (level: number) => -Math.log10((level + 1) / 256);
const levelOf = (value: number) => Math.round(256 * 10 ** -value - 1);
/** Draws what it is told to. */
const drawing = (...values: number[]) => ({ uniform: () => values.shift()! });

describe("orient", () => {
  const shape = { channels: 2, height: 3, width: 3 };
  const pixels = Uint8Array.from({ length: 18 }, (_, i) => i * 3);
  const laid = (orientation: number, from = pixels) => {
    const copy = from.slice();
    orient(copy, shape, orientation);
    return copy;
  };

  test("has eight ways, all different, each of which moves every channel alike", () => {
    const ways = Array.from({ length: 8 }, (_, way) => laid(way));
    expect(new Set(ways.map(String)).size).toBe(8);
    for (const way of ways) {
      expect([...way].sort((a, b) => a - b)).toEqual([...pixels]);
      expect([...way.subarray(9)]).toEqual([...way.subarray(0, 9)].map((value) => value + 27));
    }
  });

  test("mirrors, stands on its head, and turns by quarters", () => {
    const first = (way: Uint8Array) => [...way.subarray(0, 9)].map((value) => value / 3);
    expect(first(laid(0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(first(laid(1))).toEqual([2, 1, 0, 5, 4, 3, 8, 7, 6]);
    expect(first(laid(2))).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2]);
    expect(first(laid(4))).toEqual([0, 3, 6, 1, 4, 7, 2, 5, 8]);
    // Four quarter turns are none.
    let turned = pixels;
    for (let i = 0; i < 4; i++) turned = laid(5, turned);
    expect(turned).toEqual(pixels);
    expect(laid(5)).not.toEqual(laid(6));
  });
});

describe("jitterStain", () => {
  const shape = { height: 1, width: 256 };
  const grey = Uint8Array.from({ length: 768 }, (_, i) => i % 256);

  test("leaves each of the 256 levels as it is when nothing is drawn", () => {
    const pixels = grey.slice();
    jitterStain(pixels, shape, 0.2, drawing(0.5, 0.5, 0.5, 0.5, 0.5, 0.5));
    expect(pixels).toEqual(grey);
  });

  test("multiplies the density of a pixel that is haematoxylin alone, and no other stain's", () => {
    const length = Math.hypot(0.65, 0.7, 0.29);
    const stain = [0.65, 0.7, 0.29].map((value) => value / length);
    const pixel = Uint8Array.from([2, 1, 0], (colour) => levelOf(0.6 * stain[colour]));
    const one = { height: 1, width: 1 };
    const more = pixel.slice();
    jitterStain(more, one, 0.2, drawing(1, 0.5, 0.5, 0.5, 0.5, 0.5));
    [2, 1, 0].forEach((colour, i) =>
      expect(Math.abs(more[i] - levelOf(1.2 * 0.6 * stain[colour]))).toBeLessThanOrEqual(1),
    );
    const eosin = pixel.slice();
    jitterStain(eosin, one, 0.2, drawing(0.5, 1, 0.5, 0.5, 0.5, 0.5));
    eosin.forEach((level, i) => expect(Math.abs(level - pixel[i])).toBeLessThanOrEqual(1));
  });

  test("shifts a white pixel's densities by the stain's colour, and no further than the strength", () => {
    const pixel = Uint8Array.of(255, 255, 255);
    jitterStain(pixel, { height: 1, width: 1 }, 0.1, drawing(0.5, 0.5, 0.5, 1, 0.5, 0.5));
    const [blue, green, red] = [...pixel].map(density);
    expect(Math.hypot(blue, green, red)).toBeCloseTo(0.1, 2);
    expect(red / green).toBeCloseTo(0.65 / 0.7, 1);
  });

  test("stays within bytes, and the same draw gives the same", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.integer(),
        (levels, strength, seed) => {
          const [one, two] = [0, 1].map(() => {
            const pixels = Uint8Array.from(levels);
            jitterStain(pixels, { height: 2, width: 2 }, strength, randomStream(seed, "test"));
            return pixels;
          });
          expect(two).toEqual(one);
        },
      ),
    );
  });
});

describe("augment", () => {
  const augmentation: Augmentation = { flips: true, stainJitter: 0.1, seed: 3 };
  const batch = () => ({ data: Uint8Array.from({ length: 2 * 48 }, (_, i) => i), count: 2 });
  const square = { channels: 3, height: 4, width: 4 };
  const varied = (change: Partial<Augmentation>, number: number) => {
    const one = batch();
    augment(one, square, { ...augmentation, ...change }, number);
    return String(one.data);
  };

  test("depends on the seed and the batch's number alone", () => {
    expect(varied({}, 5)).toBe(varied({}, 5));
    expect(varied({}, 6)).not.toBe(varied({}, 5));
    expect(varied({ seed: 4 }, 5)).not.toBe(varied({}, 5));
    expect(varied({ flips: false, stainJitter: 0 }, 5)).toBe(String(batch().data));
  });

  test("gives each of the eight orientations about as often as the others", () => {
    const seen = new Map<string, number>();
    const count = 400;
    const many = { data: new Uint8Array(count * 48), count };
    for (let n = 0; n < count; n++) many.data.set(batch().data.subarray(0, 48), n * 48);
    augment(many, square, { ...augmentation, stainJitter: 0 }, 1);
    for (let n = 0; n < count; n++) {
      const way = String(many.data.subarray(n * 48, (n + 1) * 48));
      seen.set(way, (seen.get(way) ?? 0) + 1);
    }
    expect(seen.size).toBe(8);
    for (const times of seen.values()) expect(times).toBeGreaterThan(25);
  });

  test("leaves patches that are not square in their four orientations", async () => {
    const store = memoryPatchStore(contractPatches, contractShape);
    const batches = store.batches(7, { augmentation: { flips: true, stainJitter: 0, seed: 1 } });
    const { value } = await batches.next();
    const rows = (pixels: Uint8Array) =>
      Array.from({ length: 12 }, (_, row) => [...pixels.subarray(row * 5, row * 5 + 5)].sort().join());
    contractPatches.forEach(({ pixels }, i) =>
      expect(rows(value!.data.subarray(i * 60, (i + 1) * 60)).sort()).toEqual(rows(pixels).sort()),
    );
    await batches.return(undefined);
    await store.close();
  });
});
