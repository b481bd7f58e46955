import type * as z from "zod/mini";
import { checkAgainst, type Check } from "../foundation/check.js";
import { payloadSchemas, type DrawnViewName, type PayloadOf } from "./schemas.js";

/** The same schemas, each typed by its payload, so that a view's name is enough to know both. */
const schemas: { readonly [View in DrawnViewName]: z.ZodMiniType<PayloadOf<View>> } = payloadSchemas;

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
export function checkPayload<View extends DrawnViewName>(view: View, data: unknown): Check<PayloadOf<View>> {
  return checkAgainst(schemas[view], data);
}
