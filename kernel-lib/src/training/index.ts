/** Step 4: prototxts, the solver's run, snapshots. */
export * from "./public.js";
export { minutesWords, mostIterations, trainingSeconds, type TrainingPace } from "./pace.js";
export { usualTestInterval, testBatchCount } from "./templates.js";
