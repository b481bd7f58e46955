import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageScores, countPixels, scoresOf } from "../../kernel-lib/dist/evaluation/index.js";

describe("scores", () => {
  const pixels = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { maxLength: 40 });
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

  test("are the textbook's, and null where they are not defined", () => {
    fc.assert(
      fc.property(pixels, (pairs) => {
        const count = (p: number, m: number) => pairs.filter(([a, b]) => a === p && b === m).length;
        const [tp, fp, fn, tn] = [count(1, 1), count(1, 0), count(0, 1), count(0, 0)];
        const counts = countPixels(
          Uint8Array.from(pairs, ([p]) => p),
          Uint8Array.from(pairs, ([, m]) => m),
        );
        expect(counts).toEqual({
          truePositives: tp,
          falsePositives: fp,
          falseNegatives: fn,
          trueNegatives: tn,
        });
        const { fScore, ...rest } = scoresOf(counts);
        expect(rest).toEqual({
          accuracy: share(tp + tn, pairs.length),
          precision: share(tp, tp + fp),
          recall: share(tp, tp + fn),
          iou: share(tp, tp + fp + fn),
        });
        const { precision, recall } = rest;
        if (precision !== null && recall !== null && tp > 0)
          expect(fScore).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
        else expect(fScore).toBe(tp + fp + fn === 0 ? null : 0);
      }),
    );
  });

  test("of a constant predictor depend on the share of epithelium alone", () => {
    const mask = Uint8Array.from({ length: 100 }, (_, i) => (i < 30 ? 1 : 0));
    expect(scoresOf(countPixels(new Uint8Array(100).fill(1), mask)).fScore).toBeCloseTo(0.6 / 1.3, 12);
  });

  test("averages leave out what is not defined", () => {
    const none = scoresOf(countPixels(Uint8Array.of(0), Uint8Array.of(0)));
    const half = scoresOf(countPixels(Uint8Array.of(1, 1), Uint8Array.of(1, 0)));
    expect(averageScores([none, half])).toEqual({ ...half, accuracy: 0.75 });
    expect(averageScores([]).fScore).toBeNull();
  });
});
