import { checkAgainst, type Check } from "../foundation/check.js";
import { payloadSchemas, type DrawnViewName, type PayloadOf } from "./schemas.js";

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
  // TypeScript can't follow one of several schemas to its own payload.
  return checkAgainst(payloadSchemas[view], data) as Check<PayloadOf<View>>;
}
