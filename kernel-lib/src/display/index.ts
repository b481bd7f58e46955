/** Displays: data -> MIME bundle, one file a view; and showing it in a notebook. */
export { bundleBytes, outputLimit, type Bundle } from "./bundle.js";
export { showCases, type ShowCasesOptions } from "./cases.js";
export { showDatabase } from "./database.js";
export { display } from "./display.js";
export { evaluationReport, type ReportOptions } from "./report/evaluationReport.js";
export { showEvaluation } from "./evaluation.js";
export { showFolds } from "./folds.js";
export { showLearningRates } from "./learningRates.js";
export type { ShowMapOptions } from "./loadMap.js";
export { showMap, type ShownMap } from "./map.js";
export { showMeanImage } from "./meanImage.js";
export { showNetwork } from "./network.js";
export { showPatches, type ShownPatches, type ShowPatchesOptions } from "./patches.js";
export type { PatchPredictions } from "./grid/predictions.js";
export { progressDisplay } from "./progress.js";
export { showRegions } from "./regions.js";
export { trainAndShow } from "./trainAndShow.js";
export { showTraining } from "./training.js";
