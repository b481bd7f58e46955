/** Step 4: prototxts, the solver's run, snapshots. */
export * from "./public.js";
export { minutesWords, mostIterations, trainingSeconds, type TrainingPace } from "./pace.js";
export { testBatch, testBatchCount, usualTestInterval } from "./templates.js";
export { validationBatchCount } from "./validation.js";
export { recipeArguments } from "./recipe.js";
