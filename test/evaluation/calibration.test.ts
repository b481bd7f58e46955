import fc from "fast-check";
import { expect, test } from "vitest";
import { calibration, calibrationError, countLevels } from "../../kernel-lib/dist/evaluation/index.js";

const map = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    levels: fc.uint8Array({ minLength: size, maxLength: size }),
    mask: fc.uint8Array({ minLength: size, maxLength: size, max: 1 }),
  }),
);

test("calibration's bins hold every pixel once, between their ends", () => {
  fc.assert(
    fc.property(map, fc.integer({ min: 1, max: 20 }), ({ levels, mask }, bins) => {
      const found = calibration(countLevels(levels, mask), bins);
      expect(found.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(levels.length);
      const epithelium = found.reduce((sum, { pixels, observed }) => sum + pixels * observed, 0);
      expect(epithelium).toBeCloseTo(mask.reduce((sum, value) => sum + value, 0));
      for (const { from, to, predicted } of found) {
        expect(predicted).toBeGreaterThanOrEqual(from - 1e-9);
        expect(predicted).toBeLessThanOrEqual(to + 1e-9);
      }
    }),
  );
});

test("the calibration error is what a look at every pixel gives", () => {
  fc.assert(
    fc.property(map, fc.integer({ min: 1, max: 20 }), ({ levels, mask }, bins) => {
      // A bin holds the probabilities above its lower end, up to its upper end.
      const binOf = (level: number): number => Math.max(0, Math.ceil((level * bins) / 255) - 1);
      let sum = 0;
      for (let bin = 0; bin < bins; bin++) {
        const inside = [...levels.keys()].filter((i) => binOf(levels[i]) === bin);
        // The number of pixels times the difference of the means is the difference of the sums.
        sum += Math.abs(inside.reduce((total, i) => total + levels[i] / 255 - mask[i], 0));
      }
      expect(calibrationError(countLevels(levels, mask), bins)).toBeCloseTo(sum / levels.length, 10);
    }),
  );
});

test("the calibration error is 0 where probabilities are true, and not defined of nothing", () => {
  const levels = Uint8Array.from({ length: 255 }, () => 51);
  const mask = levels.map((_, i) => (i < 51 ? 1 : 0));
  expect(calibrationError(countLevels(levels, mask))).toBeCloseTo(0, 12);
  expect(calibrationError(countLevels(new Uint8Array(0), new Uint8Array(0)))).toBeNull();
});
