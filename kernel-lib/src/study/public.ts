/** What of the study folder is public: studies, images, names. */
export type { Case, CaseList } from "./cases.js";
export { readImage, readMask, type MaskRule } from "./image.js";
export { readManifest, type Manifest } from "./manifest.js";
export * from "./names.js";
export { mirrorIndex, padSymmetric } from "./pad.js";
export { magnificationOf, readPixelSize, type PixelSize } from "./pixelSize.js";
export type { Raster } from "./raster.js";
export type { StepState, StepStatus } from "./status.js";
export { scaledSize } from "./resize.js";
export { createSample, openStudy, sampleAttribution, workingScale, type Study } from "./study.js";
