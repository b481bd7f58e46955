import { numberOption, randomStream } from "../foundation/index.js";
import { countsAt, type LevelCounts } from "./levels.js";
import { addCounts, scoresOf, type PixelCounts } from "./metrics.js";

/** A score over all patients, and between what it lies when other patients had been in the study. */
export interface ScoreBand {
  /** Null where the score is not defined. */
  value: number | null;
  low: number | null;
  high: number | null;
}

/** How a band is found. */
export interface BandOptions {
  /** Default 1. */
  seed?: number;
  /** How often patients are drawn; default 1000. */
  repeats?: number;
}

/**
 * The F-score over all pixels of several patients, with the band in which 95 % of the scores lie when as many patients are
 * drawn from them again, with repetition (Efron's bootstrap). Patients are drawn, not pixels: the pixels of one patient
 * resemble each other.
 *
 * @param patients each patient's hits and misses, for each of several thresholds
 * @returns a band for each threshold
 * @throws HistobookError `BadOption`.
 * @example
 * const hit = { truePositives: 8, falsePositives: 2, falseNegatives: 2, trueNegatives: 8 };
 * fScoreBands([[hit], [hit]]); // => [{ value: 0.8, low: 0.8, high: 0.8 }]
 */
export function fScoreBands(
  patients: readonly (readonly PixelCounts[])[],
  options: BandOptions = {},
): ScoreBand[] {
  const seed = numberOption("seed", options.seed ?? 1, { integer: true });
  const repeats = numberOption("repeats", options.repeats ?? 1000, { minimum: 1, integer: true });
  if (patients.length === 0) return [];
  const draws = Array.from({ length: repeats }, (_, repeat) => {
    const random = randomStream(seed, "bootstrap", repeat);
    return patients.map(() => random.integer(patients.length));
  });
  return patients[0].map((_, threshold) => {
    const fScore = (chosen: readonly number[]): number | null =>
      scoresOf(addCounts(chosen.map((patient) => patients[patient][threshold]))).fScore;
    const drawn = draws.map(fScore).filter((score) => score !== null);
    drawn.sort((a, b) => a - b);
    return { value: fScore([...patients.keys()]), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
  });
}

/**
 * The F-score over all patients at each of several thresholds, with its band.
 *
 * @param thresholds probabilities, [0,1]
 * @throws HistobookError `BadOption`.
 * @example
 * const patient = countLevels(Uint8Array.of(200, 100), Uint8Array.of(1, 0));
 * fScoreCurve([patient], [0, 0.5]).map(({ value }) => value); // => [0.6666666666666666, 1]
 */
export function fScoreCurve(
  patients: readonly LevelCounts[],
  thresholds: readonly number[],
  options: BandOptions = {},
): ScoreBand[] {
  return fScoreBands(
    patients.map((levels) => thresholds.map((threshold) => countsAt(levels, threshold))),
    options,
  );
}

/** The value below which a share of a sorted list lies; null for an empty one. */
function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
