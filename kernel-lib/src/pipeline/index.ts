/** All five steps one after the other. */
export { planRun, submitRun, type ClusterRunOptions } from "./clusterRun.js";
export { presets, type Preset, type PresetName } from "./presets.js";
export { trainInnerFolds, type InnerFoldsOptions } from "./innerFolds.js";
export { studyStatus } from "./status.js";
export { runPipeline, type PipelineOptions, type PipelineResult } from "./run.js";
