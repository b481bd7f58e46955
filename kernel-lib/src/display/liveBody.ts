import { HistobookError, type ErrorParts } from "../foundation/index.js";
import { checkAgainst } from "../payloads/index.js";

/**
 * What a page sent with a call, checked against its schema: anybody may have written the page.
 *
 * @param names what an error says of it: what it is, and what to do
 * @throws HistobookError `BadInput` when it is something else.
 */
export function liveBody<Body>(
  schema: Parameters<typeof checkAgainst<Body>>[0],
  body: unknown,
  names: Pick<ErrorParts, "subject" | "fix">,
): Body {
  const check = checkAgainst(schema, body);
  if (check.ok) return check.payload;
  const [{ found, expected }] = check.problems;
  throw new HistobookError("BadInput", { ...names, topic: "notebooks", found, expected });
}
