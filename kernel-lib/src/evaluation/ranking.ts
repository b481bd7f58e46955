import { pixelsOf, type LevelCounts } from "./levels.js";

/**
 * The area under the ROC curve, [0,1]: how often a pixel of epithelium has a higher probability than another pixel, a draw
 * counting half (Mann and Whitney's statistic; scikit-learn: `roc_auc_score`). A constant predictor has 0.5.
 *
 * @returns null without epithelium or without other pixels
 * @example
 * rocAuc(countLevels(Uint8Array.of(200, 100, 200), Uint8Array.of(1, 0, 0))); // => 0.75
 */
export function rocAuc(counts: LevelCounts): number | null {
  const total = pixelsOf(counts);
  if (total.epithelium === 0 || total.other === 0) return null;
  let below = 0;
  let area = 0;
  for (let level = 0; level < 256; level++) {
    // In shares, not in pairs: those of a large study are more than a number counts exactly.
    const other = counts.other[level] / total.other;
    area += (counts.epithelium[level] / total.epithelium) * (below + other / 2);
    below += other;
  }
  return Math.min(1, area);
}

/**
 * The average precision, [0,1]: the precision at each threshold, weighted by the recall that it adds, without interpolation
 * (scikit-learn: `average_precision_score`). A constant predictor has the share of epithelium.
 *
 * @returns null without epithelium
 * @example
 * averagePrecision(countLevels(Uint8Array.of(200, 100, 150), Uint8Array.of(1, 1, 0))); // => 0.8333333333333333
 */
export function averagePrecision(counts: LevelCounts): number | null {
  const total = pixelsOf(counts).epithelium;
  if (total === 0) return null;
  let [hits, called, weighted] = [0, 0, 0];
  for (let level = 255; level >= 0; level--) {
    const found = counts.epithelium[level];
    hits += found;
    called += found + counts.other[level];
    if (found > 0) weighted += (found * hits) / called;
  }
  return weighted / total;
}
