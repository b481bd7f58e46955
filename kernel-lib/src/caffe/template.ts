import { HistobookError } from "../foundation/errors.js";

/** A placeholder of the tutorial's base files, in Python's notation: `%(kfoldi)d`. */
const placeholder = /%\((\w+)\)[ds]/g;

/** A prototxt's strings (to their line's end where they lack one), comments, and what stands between them. */
const textParts = /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*|[^"'#]+/g;

/**
 * Fills a template prototxt's placeholders (step 4 of the tutorial: `%(kfoldi)d` is the fold, `%(numiter)d` the
 * number of test batches). Placeholders for which no value is given stay as they are.
 *
 * @example
 * fillTemplate('source: "DB_train_%(kfoldi)d"', { kfoldi: 1 }); // => 'source: "DB_train_1"'
 */
export function fillTemplate(text: string, values: Readonly<Record<string, number | string>>): string {
  return text.replace(placeholder, (whole: string, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/**
 * Checks that a prototxt has no placeholder left outside its comments.
 *
 * @throws HistobookError `BadInput` that names the placeholder and its line.
 */
export function checkFilled(text: string, subject: string): void {
  for (const { 0: part, index } of text.matchAll(textParts)) {
    if (part.startsWith("#")) continue;
    for (const match of part.matchAll(placeholder)) {
      const line = text.slice(0, index + match.index).split("\n").length;
      throw new HistobookError("BadInput", {
        subject: `${subject}, line ${line}`,
        topic: "prototxts",
        found: `the unfilled placeholder ${match[0]}`,
        expected: "a prototxt for one fold",
        fix: `put a value in its place, or fill the template with fillTemplate(text, { ${match[1]}: 1 })`,
      });
    }
  }
}
