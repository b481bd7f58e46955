import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bestThreshold,
  criterionOf,
  criterionWords,
  type Criterion,
} from "../../kernel-lib/dist/evaluation/criterion.js";
import { countLevels, countPixels, scoresOf } from "../../kernel-lib/dist/evaluation/index.js";

const samples = fc.array(fc.tuple(fc.constantFrom(0, 3, 100, 127, 128, 200, 255), fc.nat(1)), {
  maxLength: 25,
});
const criteria = fc.oneof(
  fc
    .constantFrom<Criterion["choose"]>("f-score", "accuracy", "youden")
    .map((choose) => ({ choose, atLeast: null })),
  fc.record({
    choose: fc.constantFrom<Criterion["choose"]>("precision", "recall"),
    atLeast: fc.constantFrom(0, 0.3, 0.5, 0.9, 1),
  }),
);

/** A criterion's score at a level, or undefined where its floor is not reached, straight from the definitions. */
function naiveScore({ choose, atLeast }: Criterion, levels: Uint8Array, mask: Uint8Array, level: number) {
  const counts = countPixels(
    levels.map((one) => (one >= level ? 1 : 0)),
    mask,
  );
  const { fScore, accuracy, precision, recall } = scoresOf(counts);
  const { trueNegatives, falsePositives } = counts;
  const specificity =
    trueNegatives + falsePositives === 0 ? 0 : trueNegatives / (trueNegatives + falsePositives);
  if (choose === "f-score") return fScore ?? 0;
  if (choose === "accuracy") return accuracy ?? 0;
  if (choose === "youden") return (recall ?? 0) + specificity - 1;
  const [score, other] = choose === "precision" ? [precision, recall] : [recall, precision];
  return other === null || other < atLeast! ? undefined : (score ?? 0);
}

describe("the best threshold", () => {
  test("is what trying every level finds, the nearest to 0.5 among equals", () => {
    fc.assert(
      fc.property(samples, criteria, (pairs, criterion) => {
        const levels = Uint8Array.from(pairs, ([level]) => level);
        const mask = Uint8Array.from(pairs, ([, label]) => label);
        const scores = Array.from({ length: 256 }, (_, level) => naiveScore(criterion, levels, mask, level));
        const highest = Math.max(...scores.filter((score) => score !== undefined));
        const distance = (level: number) => Math.abs(level / 255 - 0.5);
        const best = [...scores.keys()]
          .filter((level) => scores[level] === highest)
          .sort((a, b) => distance(a) - distance(b) || a - b)
          .at(0);
        const found = bestThreshold(countLevels(levels, mask), criterion);
        expect(found).toEqual(best === undefined ? undefined : { value: best / 255, score: highest });
      }),
      { numRuns: 500 },
    );
  });
});

describe("a criterion", () => {
  test("is the F-score unless another is named, and says what it asks for", () => {
    expect(criterionWords(criterionOf({}))).toBe("highest F-score");
    expect(criterionWords(criterionOf({ choose: "recall", atLeast: 0.9 }))).toBe(
      "highest recall with a precision of at least 0.9",
    );
  });

  test.each([
    [{ choose: "dice" as "youden" }, /^--choose: found 'dice', expected 'f-score' or 'accuracy' or/],
    [
      { choose: "precision" as const },
      /^--at-least: found no value with 'precision', expected the lowest recall that will do/,
    ],
    [
      { atLeast: 0.9 },
      /^--at-least: found 0.9 with 'f-score', expected a floor with 'precision' or 'recall' alone/,
    ],
    [
      { choose: "recall" as const, atLeast: 1.1 },
      /^--at-least: found 1.1, expected a number between 0 and 1/,
    ],
  ])("that asks for %j is refused", (options, sentence) => {
    expect(() => criterionOf(options)).toThrow(sentence);
  });
});
