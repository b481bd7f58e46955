/** What of the foundation is public: errors, events, seeded randomness. */
export type { ErrorCode } from "./errorCode.js";
export { HistobookError, isHistobookError, type ErrorParts } from "./errors.js";
export type { HelpTopic } from "./helpTopics.js";
export type { ProgressEvent, RunOptions, Skipped, StepEvent, WarningEvent } from "./events.js";
export { randomStream, sampleIndices, type RandomStream } from "./random.js";
