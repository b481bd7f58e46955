import type { PixelCounts } from "./counts.js";

/** Scores of a prediction, [0,1]; null where a score is not defined, e.g. recall without epithelium. */
export interface Scores {
  /** 2 * precision * recall / (precision + recall), also called Dice coefficient. */
  fScore: number | null;
  accuracy: number | null;
  precision: number | null;
  recall: number | null;
  /** Intersection over union, also called Jaccard index. */
  iou: number | null;
}

/**
 * Turns counts into scores.
 *
 * @example
 * scoresOf({ truePositives: 1, falsePositives: 1, falseNegatives: 0, trueNegatives: 2 }).fScore; // => 0.6666666666666666
 */
export function scoresOf(counts: PixelCounts): Scores {
  const { truePositives: hit, falsePositives: wrong, falseNegatives: missed, trueNegatives: spared } = counts;
  return {
    fScore: ratio(2 * hit, 2 * hit + wrong + missed),
    accuracy: ratio(hit + spared, hit + wrong + missed + spared),
    precision: ratio(hit, hit + wrong),
    recall: ratio(hit, hit + missed),
    iou: ratio(hit, hit + wrong + missed),
  };
}

/** A share of a whole; null of nothing. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/**
 * The mean of several sets of figures, each counting once; undefined ones are left out.
 *
 * @example
 * const one = scoresOf({ truePositives: 1, falsePositives: 0, falseNegatives: 0, trueNegatives: 1 });
 * const other = scoresOf({ truePositives: 1, falsePositives: 1, falseNegatives: 0, trueNegatives: 0 });
 * averageScores([one, other]).accuracy; // => 0.75
 */
export function averageScores<Name extends string = keyof Scores>(
  all: readonly Readonly<Record<Name, number | null>>[],
  names: readonly Name[] = scoreNames as readonly string[] as readonly Name[],
): Record<Name, number | null> {
  const mean = (name: Name): number | null => {
    let [sum, defined] = [0, 0];
    for (const { [name]: value } of all) {
      if (value === null) continue;
      sum += value;
      defined++;
    }
    return ratio(sum, defined);
  };
  return Object.fromEntries(names.map((name) => [name, mean(name)])) as Record<Name, number | null>;
}

const scoreNames = ["fScore", "accuracy", "precision", "recall", "iou"] as const satisfies (keyof Scores)[];
