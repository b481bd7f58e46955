import { expect, test } from "vitest";
import { choiceOption, isHistobookError, numberOption } from "../../kernel-lib/src/foundation/index.js";

test("numberOption() gives a number within its bounds back, the bounds included", () => {
  for (const value of [4, 5.5, 8]) expect(numberOption("--n", value, { minimum: 4, maximum: 8 })).toBe(value);
});

test.each([
  [3, { minimum: 4, maximum: 8 }, "--n: found 3, expected a number between 4 and 8; give another value."],
  [-1, { minimum: 0 }, "--n: found -1, expected a number of at least 0; give another value."],
  [9, { maximum: 8 }, "--n: found 9, expected a number of at most 8; give another value."],
  [1.5, { integer: true }, "--n: found 1.5, expected a whole number; give another value."],
  [NaN, {}, "--n: found NaN, expected a number; give another value."],
])("numberOption() refuses %s within %j in one sentence", (value, bounds, sentence) => {
  expect(() => numberOption("--n", value, bounds)).toThrow(sentence);
});

test("choiceOption() refuses a word that is none of the choices, with code BadOption", () => {
  try {
    choiceOption("--centre", "middle", ["inference", "original"]);
    expect.unreachable();
  } catch (error) {
    expect(isHistobookError(error, "BadOption")).toBe(true);
    expect(String(error)).toContain("--centre: found 'middle', expected 'inference' or 'original'");
  }
});
