/** All five steps one after the other. */
export { planRun, submitRun, type ClusterRunOptions } from "./clusterRun.js";
export { choosePreset } from "./choosePreset.js";
export { presets, type Preset, type PresetName } from "./presets.js";
export { trainInnerFolds, type InnerFoldsOptions } from "./innerFolds.js";
export { commandOfPlan, forecastRun, type RunForecast, type TimedPlan } from "./runPlan.js";
export type { SizeOptions } from "./runSettings.js";
export { planTimeBudget, type RunPlan, type RunSpeeds, type RunWork } from "./timeBudget.js";
export { studyStatus } from "./status.js";
export type { PipelineOptions } from "./pipelineOptions.js";
export { runPipeline, type PipelineResult } from "./run.js";
