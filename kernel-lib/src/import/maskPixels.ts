import type { PositivePixels } from "./positiveClass.js";

/** A mask's pixels as they are stored: one value a pixel, or red, green and blue. */
export interface MaskPicture {
  /** Pixels. */
  width: number;
  height: number;
  channels: 1 | 3;
  /** 8, 16 or 32 bits a value. */
  data: Uint8Array | Uint16Array | Uint32Array;
}

/** What a mask says: 0 or 1 a pixel, or why that can't be told, as it is said after "found". */
export type MaskReading = { marked: Uint8Array } | { unclear: string };

/** So many values are written out; a mask with more of them is hardly a drawing of classes. */
const named = 8;

/**
 * Tells which pixels of a mask are class 1.
 *
 * Without a choice, only what is clear: of a mask with one value beside 0 (black), the pixels of that value. More values must be
 * chosen from, and so must two of which none is black.
 *
 * @param positive the choice
 * @example
 * const labels = { width: 3, height: 1, channels: 1 as const, data: Uint8Array.of(0, 1, 2) };
 * readMaskPixels(labels); // => { unclear: "a mask with the values 0, 1, 2" }
 * readMaskPixels(labels, { greys: [[1, 1]], colours: [] }); // => { marked: [0, 1, 0] }
 */
export function readMaskPixels(picture: MaskPicture, positive?: PositivePixels): MaskReading {
  const { values, coloured } = pixelValues(picture);
  const different = [...new Set(values)].sort((a, b) => a - b);
  const chosen = positive
    ? different.filter((value) => isPositive(value, coloured, positive))
    : different.filter((value) => value !== 0);
  if (!positive && chosen.length > 1) return { unclear: unclear(different, coloured) };
  const isChosen = new Set(chosen);
  const marked = new Uint8Array(values.length);
  for (let i = 0; i < marked.length; i++) marked[i] = isChosen.has(values[i]) ? 1 : 0;
  return { marked };
}

/** One number a pixel: its grey, or 0xRRGGBB where any pixel has a colour. */
function pixelValues({ channels, data, width, height }: MaskPicture): {
  values: Uint32Array;
  coloured: boolean;
} {
  if (channels === 1) return { values: Uint32Array.from(data), coloured: false };
  const values = new Uint32Array(width * height);
  let coloured = false;
  for (let i = 0, k = 0; i < values.length; i++, k += 3) {
    const [red, green, blue] = [data[k], data[k + 1], data[k + 2]];
    if (red !== green || green !== blue) coloured = true;
    values[i] = (red << 16) | (green << 8) | blue;
  }
  return { values: coloured ? values : values.map((value) => value & 255), coloured };
}

function isPositive(value: number, coloured: boolean, { greys, colours }: PositivePixels): boolean {
  if (coloured) return colours.includes(value);
  const asColour = value * 0x010101;
  return greys.some(([from, to]) => value >= from && value <= to) || colours.includes(asColour);
}

function unclear(different: readonly number[], coloured: boolean): string {
  const kind = coloured ? "colours" : "values";
  if (different.length > named) return `a mask with ${different.length} different ${kind}`;
  const words = different.map((value) => (coloured ? `#${value.toString(16).padStart(6, "0")}` : `${value}`));
  return `a mask with the ${kind} ${words.join(", ")}`;
}
