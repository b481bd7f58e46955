import { HistobookError } from "../foundation/index.js";

/** What of a mask's pixels is class 1: grey values from...to, and colours as 0xRRGGBB. */
export interface PositivePixels {
  greys: readonly (readonly [from: number, to: number])[];
  colours: readonly number[];
}

/**
 * Reads what of a mask is class 1: grey values (`255`, `1`), ranges of them (`128-255`) and colours (`#ff0000`).
 *
 * @throws HistobookError `BadOption`.
 * @example
 * positivePixels(["1", "128-255", "#ff0000"]);
 * // => { greys: [[1, 1], [128, 255]], colours: [0xff0000] }
 */
export function positivePixels(values: readonly string[]): PositivePixels {
  const greys: [number, number][] = [];
  const colours: number[] = [];
  for (const value of values) {
    const colour = /^#([0-9a-f]{6})$/i.exec(value);
    const grey = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value);
    if (colour) colours.push(parseInt(colour[1], 16));
    else if (grey) greys.push([Number(grey[1]), Number(grey[2] ?? grey[1])]);
    else {
      throw new HistobookError("BadOption", {
        subject: "--class",
        found: `'${value}'`,
        expected: "of masks: grey values such as 255 or 128-255, or colours such as #ff0000",
        fix: "name those which the structures have that are looked for",
      });
    }
  }
  return { greys, colours };
}
