import { pixelsOf, type LevelCounts } from "./levels.js";

/** Pixels of about one probability, and how many of them are epithelium in truth. */
export interface CalibrationBin {
  /** Probabilities, [0,1]: above `from` (0 itself is in the first bin), at most `to`. */
  from: number;
  to: number;
  /** The mean probability of its pixels, [0,1]. */
  predicted: number;
  /** The share of its pixels that the masks call epithelium, [0,1]. */
  observed: number;
  pixels: number;
}

/** How many bins a calibration has where nobody says. */
export const usualBins = 10;

/**
 * Compares probabilities with what is true: of the pixels called 0.8, are 80 % epithelium? Bins without pixels are left out.
 *
 * The bins are those of Guo et al., On Calibration of Modern Neural Networks (ICML 2017), and of scikit-learn's
 * `calibration_curve` with `strategy="uniform"`.
 *
 * @param bins of equal width; default 10
 * @example
 * const counts = countLevels(Uint8Array.of(255, 255), Uint8Array.of(1, 0));
 * calibration(counts); // => [{ from: 0.9, to: 1, predicted: 1, observed: 0.5, pixels: 2 }]
 */
export function calibration({ epithelium, other }: LevelCounts, bins = usualBins): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ levels: 0, epithelium: 0, pixels: 0 }));
  for (let level = 0; level < 256; level++) {
    const sum = sums[Math.max(0, Math.ceil((level * bins) / 255) - 1)];
    const pixels = epithelium[level] + other[level];
    sum.levels += pixels * level;
    sum.epithelium += epithelium[level];
    sum.pixels += pixels;
  }
  return sums.flatMap(({ levels, epithelium: found, pixels }, bin) =>
    pixels === 0
      ? []
      : [
          {
            from: bin / bins,
            to: (bin + 1) / bins,
            predicted: levels / (255 * pixels),
            observed: found / pixels,
            pixels,
          },
        ],
  );
}

/**
 * The expected calibration error (Guo et al. 2017): how far probabilities lie from what is true, [0,1], on average over the
 * pixels. 0 is perfect; null without pixels.
 *
 * @param bins of equal width; default 10
 * @example
 * calibrationError(countLevels(Uint8Array.of(255, 255), Uint8Array.of(1, 0))); // => 0.5
 */
export function calibrationError(counts: LevelCounts, bins = usualBins): number | null {
  const { epithelium, other } = pixelsOf(counts);
  if (epithelium + other === 0) return null;
  const sum = calibration(counts, bins).reduce(
    (total, { predicted, observed, pixels }) => total + pixels * Math.abs(predicted - observed),
    0,
  );
  return sum / (epithelium + other);
}
