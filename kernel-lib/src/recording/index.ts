/** A finished study's results in one file, and taking them from there where time or hardware is short. */
export { recordStudy, picturesOf, type RecordedStudy } from "./recordStudy.js";
export {
  openReplay,
  recordedMap,
  recordedModel,
  whyNoModel,
  type OpenRecording,
  type ReplayOptions,
} from "./replay.js";
