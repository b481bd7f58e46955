/** Your own images: patterns -> pairs -> checks -> files of a study. */
export { importImages, type ImportedImage, type ImportResult } from "./importImages.js";
export type { ImportOptions } from "./importOptions.js";
export type { PatientOptions } from "./patients.js";
export type { ScaleOptions } from "./importScale.js";
