import type { RunOptions } from "../foundation/index.js";
import type { Engine } from "./engine.js";

/** Tells a step's caller why no faster engine runs: nothing falls back in silence. */
export function reportPassedOver(engine: Engine, step: string, { report }: RunOptions): void {
  for (const { engine: name, reason } of engine.passedOver) {
    report?.({ event: "warning", step, message: `${name} is not used: ${reason}.` });
  }
}
