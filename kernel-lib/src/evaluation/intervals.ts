import { numberOption, randomStream } from "../foundation/index.js";
import { countsAt, type LevelCounts } from "./levels.js";
import { addCounts } from "./counts.js";
import { scoresOf } from "./scores.js";

/** Between what a figure lies in 95 % of the draws of patients; null where it is not defined. */
export interface Interval {
  low: number | null;
  high: number | null;
}

/** A score over all patients, and between what it lies when other patients had been in the study. */
export interface ScoreBand extends Interval {
  value: number | null;
}

/** How an interval is found. */
export interface IntervalOptions {
  /** Default 1. */
  seed?: number;
  /** How often patients are drawn; default 1000. */
  repeats?: number;
}

/** Figures by name. */
type Figures<Name extends string> = Record<Name, number | null>;

/**
 * 95 % intervals of figures over several patients: as many patients are drawn from them again, with repetition, the figures are
 * worked out anew, and the interval leaves out the lowest and the highest 2.5 % (Efron's percentile bootstrap). Patients are
 * drawn, not pixels: the pixels of one patient resemble each other.
 *
 * @param patients whatever the figures are worked out from, one a patient
 * @param figuresOf works out the figures of a draw
 * @returns an interval for each figure; the same for the same seed
 * @throws HistobookError `BadOption`.
 * @example
 * const mean = (drawn) => ({ mean: drawn.reduce((sum, one) => sum + one, 0) / drawn.length });
 * patientIntervals([0.8, 0.8], mean); // => { mean: { low: 0.8, high: 0.8 } }
 */
export function patientIntervals<Patient, Name extends string>(
  patients: readonly Patient[],
  figuresOf: (drawn: Patient[]) => Figures<Name>,
  options: IntervalOptions = {},
): Record<Name, Interval> {
  const seed = numberOption("seed", options.seed ?? 1, { integer: true });
  const repeats = numberOption("repeats", options.repeats ?? 1000, { minimum: 1, integer: true });
  const names = Object.keys(figuresOf([...patients])) as Name[];
  const found = new Map(names.map((name) => [name, [] as number[]]));
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = randomStream(seed, "bootstrap", repeat);
    const figures = figuresOf(patients.map(() => patients[random.integer(patients.length)]));
    for (const [name, values] of found) {
      const { [name]: value } = figures;
      if (value !== null) values.push(value);
    }
  }
  const interval = (values: number[]): Interval => {
    const sorted = Float64Array.from(values).sort();
    return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  };
  return Object.fromEntries([...found].map(([name, values]) => [name, interval(values)])) as Record<
    Name,
    Interval
  >;
}

/**
 * The F-score over all pixels of several patients at each of several thresholds, with the band in which 95 % of the scores lie
 * when patients are drawn again (see `patientIntervals`).
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
  options: IntervalOptions = {},
): ScoreBand[] {
  if (patients.length === 0) return [];
  const counts = patients.map((levels) => thresholds.map((threshold) => countsAt(levels, threshold)));
  const fScores = (drawn: typeof counts): Figures<string> =>
    Object.fromEntries(
      thresholds.map((_, i) => [`at ${i}`, scoresOf(addCounts(drawn.map((patient) => patient[i]))).fScore]),
    );
  const values = fScores(counts);
  const intervals = patientIntervals(counts, fScores, options);
  return thresholds.map((_, i) => ({ value: values[`at ${i}`], ...intervals[`at ${i}`] }));
}

/** The value below which a share of a sorted list lies, linear between two of them; null for an empty one. */
function quantile(sorted: Float64Array, share: number): number | null {
  if (sorted.length === 0) return null;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
