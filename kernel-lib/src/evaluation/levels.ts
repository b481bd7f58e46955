import type { PixelCounts } from "./counts.js";

/** How many pixels have each of the 256 levels of a `_prob.png`, by what the mask says of them. */
export interface LevelCounts {
  /** Index: 255 times the probability. */
  epithelium: number[];
  other: number[];
}

/**
 * Counts a map's pixels by level and mask.
 *
 * @param levels 255 times the probability, one a pixel
 * @param mask 0 or 1, one a pixel
 * @example
 * countLevels(Uint8Array.of(255, 0, 255), Uint8Array.of(1, 0, 0)).other[255]; // => 1
 */
export function countLevels(levels: Uint8Array, mask: Uint8Array): LevelCounts {
  const counts = noLevels();
  for (let i = 0; i < levels.length; i++) (mask[i] === 1 ? counts.epithelium : counts.other)[levels[i]]++;
  return counts;
}

/**
 * Adds up the counts of several maps.
 *
 * @example
 * const one = countLevels(Uint8Array.of(7), Uint8Array.of(1));
 * addLevels([one, one]).epithelium[7]; // => 2
 */
export function addLevels(all: Iterable<LevelCounts>): LevelCounts {
  const sum = noLevels();
  for (const { epithelium, other } of all) {
    for (let level = 0; level < 256; level++) {
      sum.epithelium[level] += epithelium[level];
      sum.other[level] += other[level];
    }
  }
  return sum;
}

/**
 * Hits and misses when every pixel whose probability is at least the threshold is called epithelium.
 *
 * @param threshold probability, [0,1]; at 0 everything is epithelium
 * @example
 * const counts = countLevels(Uint8Array.of(200, 100), Uint8Array.of(1, 0));
 * countsAt(counts, 0.5);
 * // => { truePositives: 1, falsePositives: 0, falseNegatives: 0, trueNegatives: 1 }
 */
export function countsAt({ epithelium, other }: LevelCounts, threshold: number): PixelCounts {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  for (let level = 0; level < 256; level++) {
    const called = level >= threshold * 255;
    counts[called ? "truePositives" : "falseNegatives"] += epithelium[level];
    counts[called ? "falsePositives" : "trueNegatives"] += other[level];
  }
  return counts;
}

/** How many pixels are epithelium in truth, and how many are other. */
export function pixelsOf({ epithelium, other }: LevelCounts): { epithelium: number; other: number } {
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return { epithelium: sum(epithelium), other: sum(other) };
}

function noLevels(): LevelCounts {
  return { epithelium: new Array<number>(256).fill(0), other: new Array<number>(256).fill(0) };
}
