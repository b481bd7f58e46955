/** How the pixels of a prediction compare with a mask. */
export interface PixelCounts {
  /** Epithelium found. */
  truePositives: number;
  /** Epithelium claimed where the mask has none. */
  falsePositives: number;
  /** Epithelium missed. */
  falseNegatives: number;
  trueNegatives: number;
}

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
 * Counts hits and misses.
 *
 * @param predicted 0 or 1, one a pixel
 * @param mask 0 or 1, one a pixel
 * @example
 * countPixels(Uint8Array.of(1, 1, 0), Uint8Array.of(1, 0, 0)).falsePositives; // => 1
 */
export function countPixels(predicted: Uint8Array, mask: Uint8Array): PixelCounts {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) counts[2 * predicted[i] + mask[i]]++;
  const [trueNegatives, falseNegatives, falsePositives, truePositives] = counts;
  return { truePositives, falsePositives, falseNegatives, trueNegatives };
}

/** Adds up the counts of several images: what "pooled" scores are made of. */
export function addCounts(all: Iterable<PixelCounts>): PixelCounts {
  const sum = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  for (const counts of all) {
    sum.truePositives += counts.truePositives;
    sum.falsePositives += counts.falsePositives;
    sum.falseNegatives += counts.falseNegatives;
    sum.trueNegatives += counts.trueNegatives;
  }
  return sum;
}

/**
 * Turns counts into scores.
 *
 * @example
 * scoresOf({ truePositives: 1, falsePositives: 1, falseNegatives: 0, trueNegatives: 2 }).fScore; // => 0.6666666666666666
 */
export function scoresOf(counts: PixelCounts): Scores {
  const { truePositives: hit, falsePositives: wrong, falseNegatives: missed, trueNegatives: spared } = counts;
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    fScore: ratio(2 * hit, 2 * hit + wrong + missed),
    accuracy: ratio(hit + spared, hit + wrong + missed + spared),
    precision: ratio(hit, hit + wrong),
    recall: ratio(hit, hit + missed),
    iou: ratio(hit, hit + wrong + missed),
  };
}

/** The mean of several scores, each counting once; undefined ones are left out. */
export function averageScores(all: Scores[]): Scores {
  const mean = (name: keyof Scores): number | null => {
    const values = all.map((scores) => scores[name]).filter((value) => value !== null);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    fScore: mean("fScore"),
    accuracy: mean("accuracy"),
    precision: mean("precision"),
    recall: mean("recall"),
    iou: mean("iou"),
  };
}

/** A threshold and its F-score. */
export interface ThresholdChoice {
  /** Probability, [0,1]. */
  value: number;
  fScore: number;
}

/**
 * Finds the threshold with the highest F-score among the 256 that a `_prob.png` can tell apart.
 *
 * Of several equally good ones the nearest to 0.5 wins, the lower of two.
 *
 * @param levels 255 times the probability, one a pixel
 * @param mask 0 or 1, one a pixel
 */
export function bestThreshold(levels: Uint8Array, mask: Uint8Array): ThresholdChoice {
  const positives = new Float64Array(257);
  const negatives = new Float64Array(257);
  for (let i = 0; i < levels.length; i++) (mask[i] === 1 ? positives : negatives)[levels[i]]++;
  const total = positives.reduce((sum, count) => sum + count, 0);
  let best: ThresholdChoice = { value: 0.5, fScore: -1 };
  let hits = 0;
  let wrong = 0;
  for (let level = 255; level >= 0; level--) {
    hits += positives[level];
    wrong += negatives[level];
    const fScore = total + hits + wrong === 0 ? 0 : (2 * hits) / (total + hits + wrong);
    const value = level / 255;
    const nearer = Math.abs(value - 0.5) <= Math.abs(best.value - 0.5);
    if (fScore > best.fScore || (fScore === best.fScore && nearer)) best = { value, fScore };
  }
  return best;
}
