/** Step 4: prototxts, the solver's run, snapshots. */
export { learningRate, type RatePolicy } from "./learningRate.js";
export { train, trainSolver, type TrainedFold, type TrainResult, type TrainSolverOptions } from "./train.js";
export type { TrainOptions, Overrides } from "./options.js";
export {
  readTrainingLog,
  type LogEntry,
  type LossEntry,
  type RunEntry,
  type SnapshotEntry,
  type TestEntry,
} from "./trainingLog.js";
export type { SolveResult } from "./solve.js";
export { writeFoldPrototxts, type FoldPrototxts } from "./prototxts.js";
export { deployNetTemplate, type NetTemplate } from "./templates.js";
