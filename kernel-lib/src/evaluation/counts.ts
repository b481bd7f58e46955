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
