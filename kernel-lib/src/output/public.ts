/** What of step 5 is public: from images to pictures. */
export type { OutputOptions } from "./jobs.js";
export { output, type OutputImage, type OutputResult } from "./output.js";
export { applyThreshold, readProbabilityPicture, type StoredMap } from "./pictures.js";
export { predictMap, type FirstLine, type MapOptions, type ProbabilityMap } from "./probabilityMap.js";
export { fillNearest, strideIndices } from "./stride.js";
