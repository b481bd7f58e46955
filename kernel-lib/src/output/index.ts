/** Step 5: model and images -> probability and class pictures. */
export * from "./public.js";
export { loadModel } from "./model.js";
export { moreFilePath, moreFilesOption, writeMoreFile } from "./moreFiles.js";
export { writeBinaryPicture } from "./pictures.js";
export { predictPixels } from "./probabilityMap.js";
export { pooledAgreement } from "./modes/index.js";
