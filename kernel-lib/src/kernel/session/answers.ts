import { writeSync } from "node:fs";
import type { Compiler } from "../compiler/compiler.js";
import type { Json } from "../wire/message.js";
import type { Comms } from "./comms.js";
import type { History } from "./history.js";
import { completeness, completion, inspection } from "./introspection.js";
import { kernelInfo } from "./kernelInfo.js";

/** What requests ask about. */
export interface Asked {
  /** Loads the compiler if need be. */
  compiler: () => Compiler;
  history: History;
  comms: Comms;
}

/** The content that answers a request which runs nothing; undefined for one that this kernel does not know. */
export function answerTo(type: string, content: Json, { compiler, history, comms }: Asked): Json | undefined {
  const code = typeof content.code === "string" ? content.code : "";
  const cursor = typeof content.cursor_pos === "number" ? content.cursor_pos : [...code].length;
  switch (type) {
    case "kernel_info_request":
      return kernelInfo();
    case "complete_request":
      return completion(compiler(), code, cursor);
    case "inspect_request":
      return inspection(compiler(), code, cursor);
    case "is_complete_request":
      return completeness(compiler(), code);
    case "history_request":
      return { status: "ok", history: history.answer(content) };
    case "comm_info_request":
      return { status: "ok", comms: comms.info(content.target_name) };
    default:
      // As ipykernel: an unknown request gets no answer, but its busy and idle.
      writeSync(2, `unknown message type: ${type}\n`);
      return undefined;
  }
}
