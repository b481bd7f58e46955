/**
 * What travels from the library to the JupyterLab extension, one schema a view.
 *
 * Both sides import this file (`histobook/payloads`), so a payload that the library can write is one that
 * the extension can read. It must stay free of Node's own modules: it is bundled for the browser.
 */
import * as z from "zod/mini";

/** The MIME type of a view's payload, e.g. `application/vnd.histobook.patch-grid.v1+json`. */
export function viewMimeType(view: ViewName): string {
  return `application/vnd.histobook.${view}.v1+json`;
}

/** The views that the library displays, in the order of the tutorial's steps. */
export const viewNames = [
  "cases",
  "patch-grid",
  "fold-summary",
  "database-summary",
  "network",
  "training-curve",
  "probability-map",
  "evaluation",
] as const;

/** One of the eight displays, named as in its MIME type. */
export type ViewName = (typeof viewNames)[number];

const pngDataUrl = z
  .string()
  .check(z.regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, { error: "a data:image/png;base64 URL" }));

/** Pixels a side: far above what an output of 1 MB can hold, and low enough that a browser can decode it. */
const side = z.int().check(z.positive(), z.maximum(4096));

/** A probability map over its image: all pictures are PNG data URLs of the same width and height (pixels). */
export const probabilityMapSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  width: side,
  height: side,
  /** The H&E image at the working size, RGB. */
  image: pngDataUrl,
  /** 8-bit grey: 255 times the probability of epithelium. */
  probability: pngDataUrl,
  /** 8-bit grey: 255 where a pathologist marked epithelium; null where nobody did. */
  mask: z.nullable(pngDataUrl),
  fold: z.nullable(z.int()),
  /** A test patient's map may be looked at, but its threshold may not be chosen on it. */
  role: z.enum(["test", "validation", "unlabelled"]),
  threshold: z.number().check(z.minimum(0), z.maximum(1)),
});

/** The payload of the `probability-map` view. */
export type ProbabilityMapPayload = z.infer<typeof probabilityMapSchema>;

/** The schema of each view that is drawn so far, by the view's name. */
export const payloadSchemas = {
  "probability-map": probabilityMapSchema,
} as const satisfies { [view in ViewName]?: z.ZodMiniType };

/** The views that have a payload. */
export type DrawnViewName = keyof typeof payloadSchemas;

/** The payload of a view. */
export type PayloadOf<View extends DrawnViewName> = z.infer<(typeof payloadSchemas)[View]>;

/** One thing that is wrong with a payload, in words short enough for an error box. */
export interface PayloadProblem {
  /** Where it stands in the payload, e.g. `threshold`; "payload" for the whole. */
  where: string;
  found: string;
  expected: string;
}

/** A payload that fits its schema, or what is wrong with it. */
export type PayloadCheck<Payload> =
  { ok: true; payload: Payload } | { ok: false; problems: readonly PayloadProblem[] };

/**
 * Checks data from a notebook, which anybody may have written, against a view's schema; never throws.
 *
 * @example
 * const check = checkPayload("probability-map", { version: 2 });
 * check.ok;
 * // => false
 * !check.ok && check.problems[0];
 * // => { where: "version", found: "2", expected: "1" }
 */
export function checkPayload<View extends DrawnViewName>(
  view: View,
  data: unknown,
): PayloadCheck<PayloadOf<View>> {
  const result = z.safeParse(payloadSchemas[view], data);
  if (result.success) {
    return { ok: true, payload: result.data };
  }
  const problems = result.error.issues.map((issue) => ({
    where: issue.path.length === 0 ? "payload" : issue.path.join("."),
    found: shown(valueAt(data, issue.path)),
    expected: expectation(issue),
  }));
  return { ok: false, problems };
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as { [key: PropertyKey]: unknown } | undefined)?.[key],
    data,
  );
}

/** A value in at most about 40 characters: a payload may hold a megabyte where a number should be. */
function shown(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  return typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : value === null
      ? "null"
      : "an object";
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(", ")}`;
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a value of type ${issue.expected}`;
    case "too_small":
      return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
    default:
      return issue.message;
  }
}
