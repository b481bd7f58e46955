import { HistobookError } from "./errors.js";

/**
 * Checks that an option is a finite number within bounds (inclusive), and gives it back.
 *
 * @throws HistobookError `BadOption`.
 */
export function numberOption(
  name: string,
  value: number,
  bounds: { minimum?: number; maximum?: number; integer?: boolean },
): number {
  const { minimum = -Infinity, maximum = Infinity, integer = false } = bounds;
  if (
    Number.isFinite(value) &&
    value >= minimum &&
    value <= maximum &&
    (!integer || Number.isInteger(value))
  ) {
    return value;
  }
  const kind = integer ? "a whole number" : "a number";
  const range = maximum === Infinity ? `of at least ${minimum}` : `between ${minimum} and ${maximum}`;
  throw new HistobookError("BadOption", {
    subject: name,
    found: String(value),
    expected: `${kind} ${range}`,
    fix: "give another value",
  });
}
