import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addLevels, countLevels, countPixels, countsAt } from "../../kernel-lib/dist/evaluation/index.js";
import { applyThreshold } from "../../kernel-lib/dist/output/index.js";

const map = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    levels: fc.uint8Array({ minLength: size, maxLength: size }),
    mask: fc.uint8Array({ minLength: size, maxLength: size, max: 1 }),
  }),
);

describe("pixels by level", () => {
  test("give at every threshold the counts of the pixels themselves", () => {
    fc.assert(
      fc.property(map, fc.double({ min: 0, max: 1, noNaN: true }), ({ levels, mask }, threshold) => {
        const counted = countPixels(applyThreshold({ levels }, threshold), mask);
        expect(countsAt(countLevels(levels, mask), threshold)).toEqual(counted);
      }),
    );
  });

  test("of two maps together are those of both", () => {
    fc.assert(
      fc.property(map, map, (one, other) => {
        const both = countLevels(
          Uint8Array.from([...one.levels, ...other.levels]),
          Uint8Array.from([...one.mask, ...other.mask]),
        );
        expect(addLevels([countLevels(one.levels, one.mask), countLevels(other.levels, other.mask)])).toEqual(
          both,
        );
      }),
    );
  });
});
