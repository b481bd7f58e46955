import type { Translation } from "./context.js";
import { element } from "./element.js";

/** Says above a view that what it shows was computed before, elsewhere; hidden where it was computed here. */
export class RecordedBanner {
  readonly node = element("p", { className: "histobook-recorded", role: "note", hidden: true });

  constructor(private readonly translation: Translation) {}

  /** Reads it from a payload that has passed its schema; some views never show anything recorded. */
  show(payload: object): void {
    const recorded = "recorded" in payload ? payload.recorded : undefined;
    this.node.hidden = typeof recorded !== "string";
    this.node.textContent =
      typeof recorded === "string" ? this.translation.__("Recorded, not computed here: %1.", recorded) : "";
  }
}
