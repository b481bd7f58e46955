import { inspect } from "node:util";
import type { Html } from "./html.js";
import { displayHook } from "./representation.js";

/** The most that one display may weigh, in bytes of JSON: a notebook with many displays must stay light. */
export const outputLimit = 1_000_000;

/** The most that a payload may weigh in bytes of JSON, so that its still form has room beside it. */
const payloadLimit = 600_000;

/**
 * A payload as a form for the extension; where it is too large for an output, no form, and a note that says so.
 *
 * @param type the view's MIME type
 */
export function payloadForm(
  type: string,
  payload: object,
): { custom: Record<string, unknown>; tooLarge: string[] } {
  if (Buffer.byteLength(JSON.stringify(payload)) <= payloadLimit) {
    return { custom: { [type]: payload }, tooLarge: [] };
  }
  const words = "This is too much for one output of a notebook: JupyterLab shows the still form alone.";
  return { custom: {}, tooLarge: [words] };
}

/** One notebook output in several forms, of which a front end shows the richest that it knows. */
export interface Bundle {
  /** The same thing by MIME type: markup or a picture, text, and for the extension its payload. */
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** The forms that an output may have; text is always there. */
export interface Forms {
  text: string;
  html?: Html;
  svg?: string;
  /** A payload for the extension, by its MIME type. */
  custom?: Record<string, unknown>;
}

/**
 * Makes a bundle that kernels can show by themselves and that prints as its text elsewhere.
 *
 * @example
 * bundle({ text: "42 patches" }).data; // => { "text/plain": "42 patches" }
 */
export function bundle({ text, html, svg, custom }: Forms): Bundle {
  const data: Record<string, unknown> = {
    ...custom,
    ...(html && { "text/html": html.text }),
    ...(svg !== undefined && { "image/svg+xml": svg }),
    "text/plain": text,
  };
  const made: Bundle = { data, metadata: {} };
  // Not enumerable: a bundle stays plain data for whoever copies or compares it.
  Object.defineProperty(made, displayHook, { value: () => data });
  Object.defineProperty(made, inspect.custom, { value: () => text });
  return made;
}

/** A bundle's weight in bytes of JSON, as it will stand in the notebook file. */
export function bundleBytes({ data, metadata }: Bundle): number {
  return Buffer.byteLength(JSON.stringify({ data, metadata }));
}
