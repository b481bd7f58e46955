import { writeSync } from "node:fs";
import type { Wire } from "../wire/wire.js";
import { ownActivity, within, type Activity } from "./activity.js";
import type { Outputs } from "./outputs.js";
import type { Sources } from "./sources.js";
import { failureOf } from "./traceback.js";

/** Shows errors that no cell waits for: of timers, of promises that nobody awaits, of comms' handlers. */
export class StrayErrors {
  /** @param newest the activity of the newest cell, for what can't be traced to any */
  constructor(
    private readonly wire: Wire,
    private readonly outputs: Outputs,
    private readonly sources: Sources,
    private readonly newest: () => Activity | undefined,
  ) {}

  /** Takes the place of Node's own end of the process. */
  catchAll(): void {
    const show = (thrown: unknown): void =>
      this.show(ownActivity() ?? this.sources.ownerOf(thrown) ?? this.newest(), thrown);
    process.on("uncaughtException", show);
    process.on("unhandledRejection", show);
  }

  /** Runs a handler of the user's; what it throws is shown. */
  attempt(activity: Activity, work: () => unknown): unknown {
    const failed = (thrown: unknown): void => this.show(activity, thrown);
    try {
      const made = this.wire.expose(() => within(activity, work));
      return made instanceof Promise ? made.catch(failed) : made;
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }

  private show(activity: Activity | undefined, thrown: unknown): void {
    const { traceback } = failureOf(thrown, (label) => this.sources.codeOf(label));
    const text = `${traceback.join("\n")}\n`;
    if (activity) this.outputs.stream(activity, "stderr", text);
    else writeSync(2, text);
  }
}
