import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { display } from "../../display/display.js";
import { provideNotebookKernel, type DisplayOptions, type MimeData } from "../../foundation/index.js";
import { prompt } from "../public.js";
import type { Json } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";
import { ownActivity, type Activity } from "./activity.js";
import type { Comms } from "./comms.js";
import type { Input } from "./input.js";
import { routeStreams, type Outputs } from "./outputs.js";

/** What serving cells takes. */
export interface ServiceTools {
  wire: Wire;
  outputs: Outputs;
  comms: Comms;
  input: Input;
  /** What the running cell has started. */
  running: () => Activity | undefined;
  /** What the newest cell has started: outputs of work that no cell has started go there. */
  newest: () => Activity | undefined;
}

/** What a running cell and the library's displays ask of the kernel. */
export class Services {
  constructor(private readonly tools: ServiceTools) {}

  /** Makes them known: to the library, to cells as globals, and as the process' streams. */
  provide(): void {
    const { outputs, comms, input } = this.tools;
    routeStreams((name, text) => {
      const { owner } = this;
      if (owner) outputs.stream(owner, name, text);
      else writeSync(2, text);
    });
    Object.assign(globalThis, { display, prompt });
    provideNotebookKernel({
      show: (data, options) => this.show(data, options),
      await: (work) => this.await(work),
      clear: (wait) => {
        const { owner } = this;
        if (owner) outputs.clear(owner, wait);
      },
      signal: () => this.signal(),
      ask: (question, password) => input.ask(ownActivity(), question, password),
      registerCommTarget: (name, target) => comms.register(name, target),
      openComm: (target, data, extras) => comms.open(target, data, extras),
    });
  }

  /** tslab's own display functions, and libraries that know tslab only, put out here as well. */
  provideToTslab(): void {
    const tslab = createRequire(__filename)("tslab/dist/jupyter.js") as {
      lastWriteDisplayData: (
        content: { data: MimeData; metadata: Json; transient?: { display_id?: string } },
        update?: boolean,
      ) => void;
    };
    tslab.lastWriteDisplayData = ({ data, metadata, transient }, update) =>
      this.show(data, { metadata, id: transient?.display_id, update });
  }

  private get owner(): Activity | undefined {
    return ownActivity() ?? this.tools.newest();
  }

  private show(data: MimeData, options: DisplayOptions): void {
    const { owner } = this;
    if (owner) this.tools.outputs.show(owner, data, options);
  }

  private signal(): AbortSignal | undefined {
    const activity = ownActivity();
    if (activity && activity === this.tools.running()) this.tools.wire.setListening(true);
    return activity?.interruption.takeSignal();
  }

  private await(work: Promise<void>): void {
    const activity = ownActivity();
    if (!activity) return;
    activity.pending.add(work);
    const remove = () => void activity.pending.delete(work);
    // Before the code's end the rejection is nobody's yet: it is taken when the cell waits for it.
    work.then(remove, () => {});
  }
}
