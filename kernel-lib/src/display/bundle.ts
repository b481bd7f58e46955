import { inspect } from "node:util";
import { Html } from "./html.js";
import { recordedBanner, recordedWords } from "./recordedBanner.js";
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
): { custom: Record<string, object>; tooLarge: string[] } {
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
  custom?: Record<string, object>;
  /** Where what is shown was computed, when it comes from a recording: every form then begins with a banner that says so. */
  recorded?: string;
}

/**
 * Makes a bundle that kernels can show by themselves and that prints as its text elsewhere.
 *
 * @example
 * bundle({ text: "42 patches" }).data; // => { "text/plain": "42 patches" }
 */
export function bundle(forms: Forms): Bundle {
  const { text, html, svg, custom } = forms.recorded === undefined ? forms : marked(forms, forms.recorded);
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

/** The forms with their banners; a picture has its words in itself, since nothing can be put before it. */
function marked({ text, html, svg, custom }: Forms, recorded: string): Forms {
  return {
    text: `${recordedWords(recorded)}\n${text}`,
    ...(html && { html: new Html(recordedBanner(recorded).text + html.text) }),
    ...(svg !== undefined && { svg }),
    ...(custom && {
      custom: Object.fromEntries(
        Object.entries(custom).map(([type, payload]) => [type, { ...payload, recorded }]),
      ),
    }),
  };
}

/** A bundle's weight in bytes of JSON, as it will stand in the notebook file. */
export function bundleBytes({ data, metadata }: Bundle): number {
  return Buffer.byteLength(JSON.stringify({ data, metadata }));
}
