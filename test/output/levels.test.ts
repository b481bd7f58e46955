import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addLevels,
  applyThreshold,
  calibration,
  countLevels,
  countPixels,
  countsAt,
  fScoreBands,
  fScoreCurve,
  scoresOf,
} from "../../kernel-lib/dist/output/index.js";

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

describe("the band of an F-score", () => {
  const patients = Array.from({ length: 12 }, (_, n) => ({
    truePositives: 50 + 4 * n,
    falsePositives: 40 - 3 * n,
    falseNegatives: 10,
    trueNegatives: 0,
  }));

  test("is the same for the same seed, lies round the score, and follows from the patients alone", () => {
    const [band] = fScoreBands(patients.map((one) => [one]));
    expect(fScoreBands(patients.map((one) => [one]))).toEqual([band]);
    expect(
      fScoreBands(
        patients.map((one) => [one]),
        { seed: 2 },
      ),
    ).not.toEqual([band]);
    const sum = { truePositives: 864, falsePositives: 282, falseNegatives: 120, trueNegatives: 0 };
    expect(band.value).toBe(scoresOf(sum).fScore);
    expect(band.low!).toBeLessThan(band.value!);
    expect(band.high!).toBeGreaterThan(band.value!);
    const each = patients.map((one) => scoresOf(one).fScore!);
    expect(band.low!).toBeGreaterThan(Math.min(...each));
    expect(band.high!).toBeLessThan(Math.max(...each));
  });

  test("is narrower with more patients of the same kinds", () => {
    const width = (times: number): number => {
      const many = Array.from({ length: times }, () => patients).flat();
      const [{ low, high }] = fScoreBands(
        many.map((one) => [one]),
        { repeats: 300 },
      );
      return high! - low!;
    };
    // The width falls as the root of the number: 4 times as many patients, half the width.
    expect(width(4) / width(1)).toBeGreaterThan(0.4);
    expect(width(4) / width(1)).toBeLessThan(0.6);
  });

  test("holds the shares that normal distribution foretells", () => {
    // With equal denominators the pooled score is the mean of the patients', whose standard error is known.
    const scores = patients.map(({ truePositives }) => truePositives);
    const equal = scores.map((hits) => [
      { truePositives: hits, falsePositives: 2 * (100 - hits), falseNegatives: 0, trueNegatives: 0 },
    ]);
    const [{ value, low, high }] = fScoreBands(equal, { repeats: 4000 });
    const each = scores.map((hits) => (2 * hits) / 200);
    const mean = each.reduce((sum, score) => sum + score, 0) / each.length;
    const deviation = Math.sqrt(each.reduce((sum, score) => sum + (score - mean) ** 2, 0) / each.length);
    expect(value).toBeCloseTo(mean, 10);
    expect((high! - low!) / (2 * 1.96 * (deviation / Math.sqrt(each.length)))).toBeCloseTo(1, 1);
  });

  test("is null where no score is defined, and nothing without patients", () => {
    const empty = countLevels(Uint8Array.of(0, 0), Uint8Array.of(0, 0));
    expect(fScoreCurve([empty], [0.5])).toEqual([{ value: null, low: null, high: null }]);
    expect(fScoreCurve([], [0.5])).toEqual([]);
  });
});
