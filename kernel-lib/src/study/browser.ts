/** What of the study folder needs no file system (`histobook/status`): the JupyterLab panel is made of it. */
export { pairImages } from "./pairing.js";
export { emptyManifest, type Manifest } from "./manifestContent.js";
export { checkManifest } from "./manifestSchema.js";
export { classOfType, formatPatchName } from "./names.js";
export { stepStatuses, type StepState, type StepStatus, type StudyFacts } from "./status.js";
