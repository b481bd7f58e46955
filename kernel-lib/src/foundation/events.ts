import type { HelpTopic } from "./helpTopics.js";

/** How far a step has come. `done` and `total` count the same `unit`, e.g. images or patches. */
export interface ProgressEvent {
  event: "progress";
  step: string;
  done: number;
  total: number;
  unit: string;
  /** What is special about this moment, e.g. a fold's loss. */
  detail?: string;
}

/** Something that the reader should know although the work goes on. */
export interface WarningEvent {
  event: "warning";
  step: string;
  message: string;
}

/** What a running step tells its caller. */
export type StepEvent = ProgressEvent | WarningEvent;

/** The options that every step takes. */
export interface RunOptions {
  /** Called with progress and warnings while the step runs. */
  report?: (event: StepEvent) => void;
  /**
   * Stops the step between two whole pieces of work; what is made stays, and a second run goes on from it. In a cell of
   * the notebook kernel, its interrupt (`cellSignal`) by default.
   */
  signal?: AbortSignal;
}

/** An input that a step passed over, and why; the others were done. */
export interface Skipped {
  /** The file's path as the caller would name it. */
  file: string;
  /** One sentence. */
  reason: string;
  /** The section of docs/troubleshooting.md that says more. */
  topic?: HelpTopic;
}
