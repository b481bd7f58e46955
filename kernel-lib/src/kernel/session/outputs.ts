import type { CommExtras, DisplayOptions, MimeData } from "../../foundation/index.js";
import type { Json } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";
import type { Activity } from "./activity.js";
import type { Failure } from "./traceback.js";

/** Publishes what activities put out, in its order. */
export class Outputs {
  constructor(private readonly wire: Wire) {}

  stream(activity: Activity, name: "stdout" | "stderr", text: string): void {
    if (text === "" || activity.options.silent) return;
    this.wire.stream({ name, text, parentHeader: activity.parent.header });
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
    this.wire.publish(type, content, activity?.parent.header ?? {}, extras);
  }

  clear(activity: Activity, wait: boolean): void {
    this.send(activity, "clear_output", { wait });
  }

  private send(activity: Activity, type: string, content: Json): void {
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
