/** Step 3: lists + patches -> LevelDB databases and mean images; and reading them again. */
export { convertImages, type ConvertOptions } from "./convert.js";
export {
  makeDatabases,
  type DatabasesOptions,
  type DatabasesResult,
  type FoldDatabases,
} from "./databases.js";
export type { Augmentation } from "./augmentation.js";
export { openImageList, type ImageListOptions } from "./imageList.js";
export { openPatchStore } from "./levelStore.js";
export { meanSum, type MeanSum } from "./mean.js";
export { memoryPatchStore, type MemoryPatch } from "./memoryStore.js";
export type { Batch, PatchShape } from "./batch.js";
export type { PatchStore } from "./patchStore.js";
export { databaseSummary, meanOfDatabase, type DatabaseSummary } from "./summary.js";
export { makeValidationDatabase } from "./validationDatabase.js";
export { recordKey, type RecordCount } from "./write.js";
export { openStoreInThread, type ThreadSource } from "./threadStore.js";
export { copyToThisMachine, type LocalCopy, isNetworkFileSystem, isOnNetwork } from "./localCopy.js";
