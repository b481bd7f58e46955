import { element } from "../element.js";

/** What may be wider than its place; it is scrolled there, by the keyboard too. */
export function scrollable(label: string, content: HTMLElement): HTMLElement {
  return element("div", { className: "histobook-wide", tabIndex: 0, role: "region", ariaLabel: label }, [
    content,
  ]);
}
