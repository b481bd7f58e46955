/** Step 4: prototxts, the solver's run, snapshots. */
export { learningRate, type RatePolicy } from "./learningRate.js";
export { train, type TrainResult } from "./train.js";
export type { TrainedFold } from "./foldRun.js";
export { trainSolver, type TrainSolverOptions } from "./trainSolver.js";
export type { TrainOptions, Overrides } from "./options.js";
export {
  readTrainingLog,
  type LogEntry,
  type LossEntry,
  type RunEntry,
  type SnapshotEntry,
  type TestEntry,
} from "./trainingLog.js";
export type { SolveResult } from "./solverRun.js";
export { writeFoldPrototxts, type FoldPrototxts } from "./prototxts.js";
export { deployNetTemplate, type NetTemplate } from "./templates.js";
export { newestSnapshot } from "./snapshots.js";
