import type { CommExtras, DisplayOptions, MimeData } from "../../foundation/index.js";
import type { Json } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";
import type { Activity } from "./activity.js";
import type { Failure } from "./traceback.js";

/** Milliseconds for which text may be held back so that many small writes travel as one message. */
const holdBack = 15;

/** Publishes what activities put out, in its order. */
export class Outputs {
  private held?: { activity: Activity; name: string; text: string };
  private flushed = 0;
  private timer?: NodeJS.Timeout;

  constructor(private readonly wire: Wire) {}

  stream(activity: Activity, name: "stdout" | "stderr", text: string): void {
    if (text === "") return;
    if (this.held?.activity !== activity || this.held.name !== name) this.flush();
    this.held ??= { activity, name, text: "" };
    this.held.text += text;
    // A loop that never comes back to the event loop runs no timer, so the clock is looked at here as well.
    if (performance.now() - this.flushed >= holdBack) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), holdBack).unref();
  }

  /** Sends text that is still held back. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushed = performance.now();
    if (!this.held) return;
    const { activity, name, text } = this.held;
    this.held = undefined;
    this.send(activity, "stream", { name, text });
  }

  show(activity: Activity, data: MimeData, { metadata = {}, id, update = false }: DisplayOptions): void {
    const transient = id === undefined ? {} : { display_id: id };
    this.send(activity, update ? "update_display_data" : "display_data", { data, metadata, transient });
  }

  result(activity: Activity, data: MimeData): void {
    this.send(activity, "execute_result", {
      data,
      metadata: {},
      execution_count: activity.options.count ?? 0,
    });
  }

  fail(activity: Activity, { ename, evalue, traceback }: Failure): void {
    this.send(activity, "error", { ename, evalue, traceback });
  }

  /** A comm's message: not an output of the cell's, but in its order. */
  comm(activity: Activity | undefined, type: string, content: Json, extras: CommExtras): void {
    this.flush();
    this.wire.publish(type, content, activity?.parent.header ?? {}, extras);
  }

  clear(activity: Activity, wait: boolean): void {
    this.send(activity, "clear_output", { wait });
  }

  private send(activity: Activity, type: string, content: Json): void {
    this.flush();
    if (activity.options.silent) return;
    this.wire.publish(type, content, activity.parent.header);
  }
}

/** Takes the place of `process.stdout.write` and `process.stderr.write`. */
export function routeStreams(write: (name: "stdout" | "stderr", text: string) => void): void {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new TextDecoder();
    process[name].write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      write(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
      if (done) process.nextTick(done);
      return true;
    };
  }
}
