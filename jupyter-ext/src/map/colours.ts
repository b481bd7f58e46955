import { interpolatePuOr, interpolateViridis } from "d3-scale-chromatic";

/** A colour for each byte of a probability plane: 256 times red, green, blue. */
export type ColourTable = Uint8Array;

/** The colour maps that are offered: their label, and the colour of a probability [0,1]. */
const colourMaps = {
  viridis: { label: "Viridis (colour-blind safe)", colour: viridis },
  "red-green": { label: "Red to green (as in _prob.png)", colour: redGreen },
} as const;

/** The name of a colour map. */
export type ColourMapName = keyof typeof colourMaps;

/** Names and labels, in the order in which they are offered. */
export const colourMapChoices = Object.entries(colourMaps).map(([value, { label }]) => ({
  value: value as ColourMapName,
  label,
}));

/** The colours of a map, for every byte. */
export function colourTable(name: ColourMapName): ColourTable {
  const table = new Uint8Array(256 * 3);
  for (let byte = 0; byte < 256; byte++) {
    table.set(colourMaps[name].colour(byte / 255), byte * 3);
  }
  return table;
}

/** The colours of the binary image at a level: a map's first colour below it, its last one from there on. */
export function binaryTable(table: ColourTable, level: number): ColourTable {
  const binary = new Uint8Array(table.length);
  for (let byte = 0; byte < 256; byte++) {
    const from = byte >= level ? 255 : 0;
    binary.set(table.subarray(from * 3, from * 3 + 3), byte * 3);
  }
  return binary;
}

/** The colours of a difference of two maps: purple where the other is above, orange where this one is; colour-blind safe. */
export function differenceTable(): ColourTable {
  const table = new Uint8Array(256 * 3);
  for (let byte = 0; byte < 256; byte++) {
    const colour = interpolatePuOr(byte / 255).match(/\d+/g) ?? [];
    table.set(colour.slice(0, 3).map(Number), byte * 3);
  }
  return table;
}

/** A table's colours, opaque, as RGBA pixels of one number each. */
export function colourWords(table: ColourTable): Uint32Array {
  const words = new Uint32Array(256);
  const bytes = new Uint8Array(words.buffer).fill(255);
  for (let byte = 0; byte < 256; byte++) bytes.set(table.subarray(byte * 3, byte * 3 + 3), byte * 4);
  return words;
}

/** A CSS gradient from probability 0 to 1. */
export function cssGradient(table: ColourTable): string {
  const stops = Array.from({ length: 18 }, (_, index) => index * 15 * 3);
  return `linear-gradient(to right, ${stops.map((at) => `rgb(${table.subarray(at, at + 3).join(" ")})`).join(", ")})`;
}

/** The tutorial's own: red is the probability of other tissue, green that of epithelium; they sum to 255. */
function redGreen(probability: number): [number, number, number] {
  const green = Math.round(probability * 255);
  return [255 - green, green, 0];
}

function viridis(probability: number): [number, number, number] {
  const code = Number.parseInt(rgbHex(interpolateViridis(probability)), 16);
  return [code >> 16, (code >> 8) & 255, code & 255];
}

/** d3 gives its tables' colours as #rrggbb. */
function rgbHex(colour: string): string {
  return colour.slice(1);
}
