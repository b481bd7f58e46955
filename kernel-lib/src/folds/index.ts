/** Step 2: patients -> folds -> lists of patients and patches. */
export {
  foldsKey,
  makeFolds,
  type FoldsOptions,
  type FoldsResult,
  type FoldSummary,
  type PatchCount,
  type PatientPatches,
} from "./folds.js";
export { checkLeakage } from "./leakage.js";
export { readParentList, readPatchList, type ListSeparator, type PatchListEntry } from "./lists.js";
export { splitPatients, type Fold, type SplitOptions } from "./split.js";
