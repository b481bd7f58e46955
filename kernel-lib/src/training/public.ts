/** What of step 4 users of the library see. */
export { learningRate, type RatePolicy } from "./learningRate.js";
export { planTraining, submitTraining, trainingStep, type SubmittedTraining } from "./clusterTraining.js";
export { train, type TrainResult } from "./train.js";
export type { FoldRun, TrainedFold } from "./foldRun.js";
export { trainSolver, type TrainSolverOptions } from "./trainSolver.js";
export type { TrainOptions, Overrides } from "./options.js";
export type { RecipeOptions } from "./recipe.js";
export { scheduledRate, scheduleNames, type ScheduleName } from "./schedule.js";
export { networkNames, type NetworkName } from "./networks.js";
export { bestValidation } from "./validation.js";
export {
  readTrainingLog,
  type LogEntry,
  type LossEntry,
  type RunEntry,
  type SnapshotEntry,
  type TestEntry,
  type ValidationEntry,
} from "./trainingLog.js";
export type { SnapshotFiles } from "./snapshots.js";
export type { SolveResult } from "./solverRun.js";
export { writeFoldPrototxts, type FoldPrototxts } from "./prototxts.js";
export { deployNetTemplate, type NetTemplate } from "./templates.js";
export { newestSnapshot } from "./snapshots.js";
export { forecastTraining, type TrainingForecast } from "./forecast.js";
export { iterationsWithin, type TrainingPace } from "./pace.js";
export { findLearningRate, type LearningRateOptions, type LearningRateSearch } from "./findLearningRate.js";
export { overfitOneBatch, type OverfitOptions, type OverfitResult } from "./overfitOneBatch.js";
