/** What of the evaluation is public: thresholds, figures, intervals. */
export type { FoldCost, ThresholdCost } from "./bestOnTest.js";
export {
  applyThresholds,
  type ApplyThresholdOptions,
  type FoldValue,
  type ThresholdResult,
} from "./binaryPictures.js";
export { boundaryCounts, boundaryFScore, boundaryTolerances, type BoundaryCounts } from "./boundary.js";
export { calibration, calibrationError, type CalibrationBin } from "./calibration.js";
export {
  chooseThreshold,
  selectThreshold,
  type FoldThreshold,
  type SelectedThreshold,
  type ThresholdOptions,
} from "./chosenThreshold.js";
export { countPixels, type PixelCounts } from "./counts.js";
export { evaluationCsv } from "./csv.js";
export {
  thresholdCriteria,
  type Criterion,
  type CriterionOptions,
  type RatedThreshold,
  type ThresholdCriterion,
} from "./criterion.js";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type ScoredItem,
  type ScoredPatient,
  type ScoredPatients,
  type ThresholdSource,
} from "./evaluate.js";
export { tagExploratory, type ExploratoryThreshold } from "./exploratory.js";
export {
  fScoreCurve,
  patientIntervals,
  type Interval,
  type IntervalOptions,
  type ScoreBand,
} from "./intervals.js";
export { addLevels, countLevels, countsAt, type LevelCounts } from "./levels.js";
export {
  figureNames,
  figureWords,
  predictorNames,
  predictorWords,
  type FigureName,
  type PredictorName,
  type PredictorScores,
  type ScoreSet,
} from "./predictorScores.js";
export { averagePrecision, rocAuc } from "./ranking.js";
export type { ScoreIntervals } from "./scoreIntervals.js";
export { scoreMaps } from "./scoreMaps.js";
export { averageScores, scoresOf, type Scores } from "./scores.js";
export { ValidationMaps, type ValidationOptions } from "./validationMaps.js";
