/** What the pipeline's files hold. */
export { inspectFile } from "./inspect.js";
export type { Inspection, InspectOptions } from "./inspection.js";
