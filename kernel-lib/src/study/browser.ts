import * as z from "zod/mini";
import type { Manifest } from "./manifestContent.js";
import { checkManifest } from "./manifestSchema.js";

/** What of the study folder needs no file system (`histobook/status`): the JupyterLab panel is made of it. */
export { databaseName } from "./names.js";
export { pairImages } from "./pairing.js";
export { emptyManifest, type Manifest } from "./manifestContent.js";
export { stepStatuses, type StepState, type StepStatus, type StudyFacts } from "./status.js";

/** Checks a manifest's data; throws an error that says what is wrong. */
export const manifestFrom = (data: unknown): Manifest => checkManifest(z, data);
