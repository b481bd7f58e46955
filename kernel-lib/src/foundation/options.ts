import { HistobookError } from "./errors.js";

/**
 * Checks that an option is a finite number within bounds (inclusive), and gives it back.
 *
 * @throws HistobookError `BadOption`.
 * @example
 * numberOption("--size", 32, { minimum: 4, maximum: 512, integer: true }); // => 32
 */
export function numberOption(
  name: string,
  value: number,
  bounds: { minimum?: number; maximum?: number; integer?: boolean },
): number {
  const { minimum = -Infinity, maximum = Infinity, integer = false } = bounds;
  const fits = Number.isFinite(value) && value >= minimum && value <= maximum;
  if (fits && (!integer || Number.isInteger(value))) return value;
  const kind = integer ? "a whole number" : "a number";
  throw new HistobookError("BadOption", {
    subject: name,
    found: String(value),
    expected: `${kind}${rangeText(minimum, maximum)}`,
    fix: "give another value",
  });
}

/**
 * Checks that an option is one of a few words, and gives it back.
 *
 * @throws HistobookError `BadOption`.
 * @example
 * choiceOption("--mask-rule", "majority", ["majority", "fringe"]); // => "majority"
 */
export function choiceOption<Choice extends string>(
  name: string,
  value: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new HistobookError("BadOption", {
    subject: name,
    found: `'${value}'`,
    expected: choices.map((one) => `'${one}'`).join(" or "),
    fix: "give another value",
  });
}

function rangeText(minimum: number, maximum: number): string {
  if (minimum === -Infinity && maximum === Infinity) return "";
  if (maximum === Infinity) return ` of at least ${minimum}`;
  if (minimum === -Infinity) return ` of at most ${maximum}`;
  return ` between ${minimum} and ${maximum}`;
}
