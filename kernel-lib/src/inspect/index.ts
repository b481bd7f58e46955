/** What the pipeline's files hold. */
export { inspectFile, type Inspection } from "./inspect.js";
