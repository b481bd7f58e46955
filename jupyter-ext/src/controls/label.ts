import { element } from "../element.js";

/** A control's label, with a swatch where it is about a line of that colour. */
export function labelParts(label: string, colour?: string): (Node | string)[] {
  if (colour === undefined) {
    return [label];
  }
  const swatch = element("span", { className: "histobook-swatch", ariaHidden: "true" });
  swatch.style.background = colour;
  return [swatch, label];
}
