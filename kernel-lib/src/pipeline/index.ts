/** All five steps one after the other. */
export { presets, type Preset, type PresetName } from "./presets.js";
export { trainInnerFolds, type InnerFoldsOptions } from "./innerFolds.js";
export { studyStatus } from "./status.js";
export { runPipeline, type PipelineOptions, type PipelineResult } from "./run.js";
