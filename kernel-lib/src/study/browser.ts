/** What of the study folder needs no file system (`histobook/status`): the JupyterLab panel is made of it. */
export { databaseName } from "./names.js";
export { pairImages } from "./pairing.js";
export { emptyManifest, manifestSchema, type Manifest } from "./manifestSchema.js";
export { stepStatuses, type StepState, type StepStatus, type StudyFacts } from "./status.js";
