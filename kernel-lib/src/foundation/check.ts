import * as z from "zod/mini";
import type { Check } from "./checked.js";

export type { Check, Problem } from "./checked.js";

/**
 * Checks data that anybody may have written against a schema; never throws.
 *
 * @param whole what a problem of all the data is said of
 */
export function checkAgainst<Data>(
  schema: z.ZodMiniType<Data>,
  data: unknown,
  whole = "payload",
): Check<Data> {
  const result = z.safeParse(schema, data);
  if (result.success) {
    return { ok: true, payload: result.data };
  }
  const problems = result.error.issues.map((issue) => ({
    where: issue.path.length === 0 ? whole : issue.path.join("."),
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
