import { describe, expect, test } from "vitest";
import { addCounts } from "../../kernel-lib/dist/evaluation/counts.js";
import {
  countLevels,
  fScoreCurve,
  patientIntervals,
  scoresOf,
  type IntervalOptions,
  type PixelCounts,
  type ScoreBand,
} from "../../kernel-lib/dist/evaluation/index.js";

/** The pooled F-score of patients with its interval. */
function bandOf(patients: PixelCounts[], options: IntervalOptions = {}): ScoreBand {
  const pooled = (drawn: PixelCounts[]) => ({ fScore: scoresOf(addCounts(drawn)).fScore });
  return { value: pooled(patients).fScore, ...patientIntervals(patients, pooled, options).fScore };
}

describe("the band of an F-score", () => {
  const patients = Array.from({ length: 12 }, (_, n) => ({
    truePositives: 50 + 4 * n,
    falsePositives: 40 - 3 * n,
    falseNegatives: 10,
    trueNegatives: 0,
  }));

  test("is the same for the same seed, lies round the score, and follows from the patients alone", () => {
    const band = bandOf(patients);
    expect(bandOf(patients)).toEqual(band);
    expect(bandOf(patients, { seed: 2 })).not.toEqual(band);
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
      const { low, high } = bandOf(many, { repeats: 300 });
      return high! - low!;
    };
    // The width falls as the root of the number: 4 times as many patients, half the width.
    expect(width(4) / width(1)).toBeGreaterThan(0.4);
    expect(width(4) / width(1)).toBeLessThan(0.6);
  });

  test("holds the shares that normal distribution foretells", () => {
    // With equal denominators the pooled score is the mean of the patients', whose standard error is known.
    const scores = patients.map(({ truePositives }) => truePositives);
    const equal = scores.map((hits) => ({
      truePositives: hits,
      falsePositives: 2 * (100 - hits),
      falseNegatives: 0,
      trueNegatives: 0,
    }));
    const { value, low, high } = bandOf(equal, { repeats: 4000 });
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
