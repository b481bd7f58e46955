import type { Translation } from "./context.js";
import { element } from "./element.js";

const mostFindings = 10;

/** A verdict in plain words, with a sign as well as a colour, and what it is based on. */
export function verdictBox(
  good: boolean,
  sentence: string,
  findings: readonly string[],
  translation: Translation,
): HTMLElement {
  const listed = findings.slice(0, mostFindings);
  const more = findings.length - listed.length;
  if (more > 0) listed.push(translation.__("and %1 more", more));
  const items = listed.map((finding) => element("li", {}, [finding]));
  const box = element("div", { className: "histobook-verdict-box" }, [
    element("strong", { ariaHidden: "true" }, [good ? "✓" : "✕"]),
    element("div", {}, [
      element("p", {}, [sentence]),
      ...(items.length === 0 ? [] : [element("ul", {}, items)]),
    ]),
  ]);
  box.dataset.verdict = good ? "good" : "bad";
  return box;
}
