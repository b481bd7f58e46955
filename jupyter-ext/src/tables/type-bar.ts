import type { PatchesByType } from "histobook/payloads";
import { element } from "../element.js";
import { patchColours } from "../patch-colours.js";

/** Patches by type as a bar, as long as their share of `most`. The numbers must stand beside it. */
export function typeBar(patches: PatchesByType, most: number): HTMLElement {
  const parts = (["p", "e", "b"] as const).map((type) => {
    const part = element("span");
    part.style.width = `${(100 * patches[type]) / Math.max(1, most)}%`;
    part.style.background = patchColours[type];
    return part;
  });
  return element("div", { className: "histobook-type-bar", ariaHidden: "true" }, parts);
}
