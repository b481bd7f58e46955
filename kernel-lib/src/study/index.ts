/** The study folder: image and mask pairs, patients, file names, and the manifest of what was made from what. */
export * from "./caseNamed.js";
export * from "./cases.js";
export * from "./drawing.js";
export * from "./image.js";
export * from "./imageLimit.js";
export * from "./manifest.js";
export { checkManifest } from "./manifestSchema.js";
export * from "./modelScale.js";
export * from "./names.js";
export * from "./pad.js";
export * from "./raster.js";
export * from "./pairing.js";
export * from "./pixelSize.js";
export * from "./recorded.js";
export * from "./resize.js";
export * from "./status.js";
export * from "./study.js";
export * from "./tiffTags.js";
