/** What of step 5 is public: from images to pictures. */
export type { OutputOptions } from "./jobs.js";
export { outputStep, planOutput, submitOutput, type ClusterOutputOptions } from "./clusterOutput.js";
export { output, type OutputResult } from "./output.js";
export type { OutputImage } from "./outputImage.js";
export { applyThreshold, readProbabilityPicture, type StoredMap } from "./pictures.js";
export { compareMaps, modeNames, type Agreement, type ModeName } from "./modes/index.js";
export {
  mapSettings,
  predictMap,
  type FirstLine,
  type MapOptions,
  type MapSettings,
  type PredictedMap,
  type ProbabilityMap,
} from "./probabilityMap.js";
export { contoursOf, type Polygon } from "./contours.js";
export type { MoreFileKind } from "./moreFiles.js";
export { fillLinear, fillNearest, strideIndices, type Filling } from "./stride.js";
