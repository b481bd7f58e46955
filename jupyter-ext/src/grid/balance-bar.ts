import type { Translation } from "../context.js";
import { element } from "../element.js";
import { percent } from "../percent.js";
import { thousands } from "../thousands.js";
import { patchColours } from "../patch-colours.js";
import type { PatchType } from "./table.js";
import { typeWords } from "./words.js";

/** From the class that is looked for to the one that is not. */
const order: readonly PatchType[] = ["p", "e", "b"];

/** How the patches are divided among the types and classes: a bar, and the same in words. */
export class BalanceBar {
  readonly node: HTMLElement;
  private readonly bar = element("div", { className: "histobook-balance", ariaHidden: "true" });
  private readonly words = element("p", { className: "histobook-note" });

  constructor(private readonly translation: Translation) {
    this.node = element("div", {}, [this.bar, this.words]);
  }

  show(counts: { readonly [type in PatchType]: number }): void {
    const total = order.reduce((sum, type) => sum + counts[type], 0);
    const share = (count: number): string => (total === 0 ? "–" : percent(count / total));
    this.bar.replaceChildren(
      ...order.map((type) => {
        const part = element("div");
        part.style.flexGrow = String(counts[type]);
        part.style.background = patchColours[type];
        return part;
      }),
    );
    const classes = this.translation.__(
      "Class 1: %1 (%2). Class 0: %3 (%4).",
      thousands(counts.p),
      share(counts.p),
      thousands(counts.e + counts.b),
      share(counts.e + counts.b),
    );
    const legend = order.map((type) => {
      const swatch = element("span", { className: "histobook-type-swatch", ariaHidden: "true" });
      swatch.style.background = patchColours[type];
      return element("span", { className: "histobook-legend" }, [
        swatch,
        `${typeWords(type, this.translation)}: ${thousands(counts[type])}`,
      ]);
    });
    this.words.replaceChildren(`${classes} `, ...legend);
  }
}
