import type { ErrorCode } from "./errorCode.js";
import { helpCommand, topicOfCode, type HelpTopic } from "./helpTopics.js";
import { plainText } from "./plainText.js";

/** The four parts of every error sentence, and where to read on. */
export interface ErrorParts {
  /** The file, option or thing that the sentence is about. */
  subject: string;
  found: string;
  expected: string;
  /** What the reader can do about it, as an imperative clause. */
  fix: string;
  /** The section of docs/troubleshooting.md; default its code's. */
  topic?: HelpTopic;
  cause?: unknown;
}

/**
 * The one error that histobook throws on purpose: one sentence that says what was found, what was expected
 * and what to do, with a `code` for programs.
 *
 * @example
 * const error = new HistobookError("BadInput", {
 *   subject: "images/8918_00007_mask.png",
 *   found: "a mask of 500 x 500 pixels",
 *   expected: "1000 x 1000 as its image",
 *   fix: "export the mask at the image's size",
 *   topic: "masks",
 * });
 * error.message;
 * // => "images/8918_00007_mask.png: found a mask of 500 x 500 pixels, expected 1000 x 1000 as its image; export the mask at the image's size."
 * error.help; // => "histobook help masks"
 */
export class HistobookError extends Error {
  readonly code: ErrorCode;
  /** What the sentence is made of, so that an error can travel between threads and be made again. */
  readonly parts: Omit<ErrorParts, "cause">;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const { subject, found, expected, fix, topic, cause } = parts;
    // What is called nothing at all, such as an empty path, still is something.
    const [of, was, wanted] = [subject || "''", found, expected].map(plainText);
    // The advice may list many things, each on a line of its own.
    const advice = fix.split("\n").map(plainText).join("\n");
    super(`${of}: found ${was}, expected ${wanted}; ${advice}.`, { cause });
    this.name = "HistobookError";
    this.code = code;
    this.parts = { subject, found, expected, fix, ...(topic && { topic }) };
  }

  get subject(): string {
    return this.parts.subject;
  }

  /** Its section of docs/troubleshooting.md. */
  get topic(): HelpTopic {
    return this.parts.topic ?? topicOfCode[this.code];
  }

  /** The command that says more, e.g. `histobook help masks`. */
  get help(): string {
    return helpCommand([this.topic]);
  }
}

/**
 * Tells whether a caught value is a histobook error, of a given kind if one is named.
 *
 * @example
 * isHistobookError(new Error("no"), "BadInput"); // => false
 */
export function isHistobookError(error: unknown, code?: ErrorCode): error is HistobookError {
  return error instanceof HistobookError && (code === undefined || error.code === code);
}

/**
 * The message of anything that was thrown.
 *
 * @example
 * messageOf(new RangeError("too long")); // => "too long"
 */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The section of docs/troubleshooting.md on anything that was thrown; undefined for what was not foreseen.
 *
 * @example
 * topicOf(new RangeError("too long")); // => undefined
 */
export function topicOf(error: unknown): HelpTopic | undefined {
  return isHistobookError(error) ? error.topic : undefined;
}

/** The error of work that its caller stopped. */
export function interrupted(work: string): HistobookError {
  return new HistobookError("Interrupted", {
    subject: work,
    found: "an interrupt",
    expected: "to go on to the end",
    fix: "run the same step again, and it goes on from what is already made",
  });
}

/**
 * Throws once the caller has aborted; called between two whole pieces of work.
 *
 * @throws HistobookError `Interrupted`.
 * @example
 * stopIfAborted(undefined, "patches"); // => undefined
 */
export function stopIfAborted(signal: AbortSignal | undefined, work: string): void {
  if (signal?.aborted) throw interrupted(work);
}
