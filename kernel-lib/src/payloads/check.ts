import * as z from "zod/mini";
import { payloadSchemas, type DrawnViewName, type PayloadOf } from "./schemas.js";

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
  return checkAgainst(payloadSchemas[view], data);
}

/** Checks any data against a schema; never throws. */
export function checkAgainst<Schema extends z.ZodMiniType>(
  schema: Schema,
  data: unknown,
): PayloadCheck<z.infer<Schema>> {
  const result = z.safeParse(schema, data);
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
