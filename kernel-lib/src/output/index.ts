/** Step 5: model and images -> probability and class pictures -> threshold -> scores. */
export { fScoreBands, fScoreCurve, type BandOptions, type ScoreBand } from "./bootstrap.js";
export { chooseThreshold, type FoldThreshold, type ThresholdOptions } from "./chosenThreshold.js";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type ScoredItem,
  type ScoredPatient,
  type ScoreSet,
} from "./evaluate.js";
export type { OutputOptions } from "./jobs.js";
export {
  addLevels,
  calibration,
  countLevels,
  countsAt,
  type CalibrationBin,
  type LevelCounts,
} from "./levels.js";
export {
  averageScores,
  bestThreshold,
  countPixels,
  scoresOf,
  type PixelCounts,
  type Scores,
  type ThresholdChoice,
} from "./metrics.js";
export { output, type OutputImage, type OutputResult } from "./output.js";
export { applyThreshold, readProbabilityPicture, type StoredMap } from "./pictures.js";
export { predictMap, type FirstLine, type MapOptions, type ProbabilityMap } from "./probabilityMap.js";
export { fillNearest, strideIndices } from "./stride.js";
export { applyThresholds, type ApplyThresholdOptions, type ThresholdResult } from "./threshold.js";
