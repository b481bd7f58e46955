import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOf, scoreSetOf } from "../../kernel-lib/dist/evaluation/predictorScores.js";
import {
  averagePrecision,
  countLevels,
  figureNames,
  rocAuc,
} from "../../kernel-lib/dist/evaluation/index.js";

/** Few levels, so that many draws are among them. */
const pixels = fc.array(fc.tuple(fc.constantFrom(0, 1, 90, 128, 254, 255), fc.nat(1)), {
  minLength: 1,
  maxLength: 40,
});
const counted = (pairs: [number, number][]) =>
  countLevels(
    Uint8Array.from(pairs, ([level]) => level),
    Uint8Array.from(pairs, ([, label]) => label),
  );

describe("the area under the ROC curve", () => {
  test("is the share of pairs in the right order, a draw counting half", () => {
    fc.assert(
      fc.property(pixels, (pairs) => {
        const inside = pairs.filter(([, label]) => label === 1).map(([level]) => level);
        const outside = pairs.filter(([, label]) => label === 0).map(([level]) => level);
        let right = 0;
        for (const one of inside)
          for (const other of outside) right += one > other ? 1 : one === other ? 0.5 : 0;
        const found = rocAuc(counted(pairs));
        if (inside.length === 0 || outside.length === 0) expect(found).toBeNull();
        else expect(found).toBeCloseTo(right / (inside.length * outside.length), 12);
      }),
    );
  });

  test("is exact with more pairs than a number counts", () => {
    const counts = counted([]);
    counts.epithelium[200] = 3e9;
    counts.epithelium[10] = 1e9;
    counts.other[100] = 4e9;
    expect(rocAuc(counts)).toBe(0.75);
  });
});

describe("the average precision", () => {
  test("is the mean over the epithelium of the precision at each pixel's own probability", () => {
    fc.assert(
      fc.property(pixels, (pairs) => {
        const precisions = pairs
          .filter(([, label]) => label === 1)
          .map(([own]) => {
            const called = pairs.filter(([level]) => level >= own);
            return called.filter(([, label]) => label === 1).length / called.length;
          });
        const found = averagePrecision(counted(pairs));
        if (precisions.length === 0) expect(found).toBeNull();
        else
          expect(found).toBeCloseTo(
            precisions.reduce((sum, precision) => sum + precision, 0) / precisions.length,
            12,
          );
      }),
    );
  });
});

test("a predictor that says the same of every pixel has 0.5 and the share of epithelium, whatever it says", () => {
  for (const level of [0, 77, 255]) {
    const constant = counted([
      [level, 1],
      [level, 0],
      [level, 0],
      [level, 0],
    ]);
    expect(rocAuc(constant)).toBe(0.5);
    expect(averagePrecision(constant)).toBe(0.25);
  }
});

test("the constant predictors' figures are those of maps of one level", () => {
  fc.assert(
    fc.property(pixels, (pairs) => {
      const mask = Uint8Array.from(pairs, ([, label]) => label);
      const image = (levels: Uint8Array) => ({ levels, mask, width: mask.length, height: 1 });
      const { allEpithelium, allOther } = scoreSetOf(
        evidenceOf(image(Uint8Array.from(pairs, ([level]) => level)), 0.3),
      );
      const constant = (level: number) =>
        scoreSetOf(evidenceOf(image(mask.map(() => level)), 0.5)).atThreshold;
      for (const [found, expected] of [
        [allEpithelium, constant(255)],
        [allOther, constant(0)],
      ]) {
        for (const figure of figureNames) {
          if (expected[figure] === null) expect(found[figure], figure).toBeNull();
          else expect(found[figure], figure).toBeCloseTo(expected[figure], 12);
        }
      }
    }),
  );
});
