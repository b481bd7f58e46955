import { patientIntervals, type Interval, type IntervalOptions } from "./intervals.js";
import {
  figureNames,
  predictorNames,
  type Evidence,
  type FigureName,
  type PredictorName,
  type ScoreSet,
} from "./predictorScores.js";

/** The 95 % interval of every figure of every predictor. */
export type ScoreIntervals = Record<PredictorName, Record<FigureName, Interval>>;

/**
 * Finds the intervals of all figures from one and the same draws of patients.
 *
 * @param patients what each patient's figures follow from
 * @param combine works out the figures of a draw: pooled or averaged
 */
export function scoreIntervals(
  patients: readonly Evidence[],
  combine: (drawn: Evidence[]) => ScoreSet,
  options: IntervalOptions,
): ScoreIntervals {
  const flat = (drawn: Evidence[]): Record<string, number | null> => {
    const scores = combine(drawn);
    return Object.fromEntries(
      predictorNames.flatMap((predictor) =>
        figureNames.map((figure) => [`${predictor} ${figure}`, scores[predictor][figure]]),
      ),
    );
  };
  const intervals = patientIntervals(patients, flat, options);
  const ofPredictor = (predictor: PredictorName): Record<FigureName, Interval> =>
    Object.fromEntries(figureNames.map((figure) => [figure, intervals[`${predictor} ${figure}`]])) as Record<
      FigureName,
      Interval
    >;
  return Object.fromEntries(
    predictorNames.map((predictor) => [predictor, ofPredictor(predictor)]),
  ) as ScoreIntervals;
}
