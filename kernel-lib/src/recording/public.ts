/** What of recordings users of the library see. */
export { recordStudy, type RecordedStudy } from "./recordStudy.js";
export type { ReplayOptions } from "./replay.js";
