/** Step 1: regions (positive, edge, background) -> positions -> crops -> files. */
export { changedImages } from "./changed.js";
export { makePatches, type PatchesResult } from "./patches.js";
export { patchParameters, workerCount, type PatchOptions } from "./options.js";
export type { PatchParameters } from "./parameters.js";
export {
  chosenRule,
  divideImage,
  type ChosenRule,
  type RecordedRule,
  type RegionInput,
  type RegionRule,
  type RegionSettings,
} from "./regionRule.js";
export { findRegions, whitePixels, dilate, type Regions } from "./regions.js";
export { choosePositions, patchTypes, type Positions } from "./positions.js";
export { patchCutter, patchMiddle, type PatchCutter } from "./crop.js";
export {
  copyImageRecords,
  patchCount,
  patchPlaces,
  readImageRecord,
  type ImageRecord,
  type PatchPlace,
} from "./record.js";
