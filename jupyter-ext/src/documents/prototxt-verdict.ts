import { parseNet, parseSolver } from "histobook/caffe";
import type { Translation } from "../context.js";
import { element } from "../element.js";

/** What the text is, or the first thing that keeps Caffe from reading it. */
export function verdict(text: string, subject: string, translation: Translation): HTMLElement {
  const isSolver = /^\s*(?:base_lr|train_net|net|max_iter)\s*:/m.test(text);
  try {
    if (isSolver) {
      const { type, maxIter, baseLr } = parseSolver(text, subject);
      return element("p", { className: "histobook-verdict" }, [
        translation.__(
          "A solver: %1, %2 iterations, learning rate %3.",
          type,
          maxIter,
          String(Number(baseLr.toPrecision(6))),
        ),
      ]);
    }
    const net = parseNet(text, subject);
    return element("p", { className: "histobook-verdict" }, [
      `${translation.__("A network “%1”:", net.name)} ${net.layer.map(({ name }) => name).join(" → ")}`,
    ]);
  } catch (error) {
    return element("p", { className: "histobook-error", role: "alert" }, [
      error instanceof Error ? error.message : String(error),
    ]);
  }
}
