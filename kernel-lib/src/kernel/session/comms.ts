import { randomUUID } from "node:crypto";
import type { Comm, CommExtras, CommMessage, CommTarget } from "../../foundation/index.js";
import { HistobookError } from "../../foundation/index.js";
import type { Json, Message } from "../wire/message.js";
import { ownActivity } from "./activity.js";
import type { Outputs } from "./outputs.js";

/** One end of a comm, with what its owner has set. */
interface Line {
  comm: Comm;
  message?: (message: CommMessage) => unknown;
  closed?: (message: CommMessage) => unknown;
}

/** The kernel's comms: lines between cells and what the front end shows. */
export class Comms {
  private readonly targets = new Map<string, CommTarget>();
  private readonly lines = new Map<string, Line>();

  constructor(private readonly outputs: Outputs) {}

  register(name: string, target: CommTarget): void {
    this.targets.set(name, target);
  }

  open(target: string, data: unknown, extras: CommExtras): Comm {
    const { comm } = this.line(randomUUID(), target);
    this.send("comm_open", { comm_id: comm.id, target_name: target, data: data ?? {} }, extras);
    return comm;
  }

  /** The answer to comm_info_request: the open comms, of one target if it is named. */
  info(target: unknown): Json {
    const wanted = [...this.lines.values()].filter(
      ({ comm }) => typeof target !== "string" || target === "" || comm.target === target,
    );
    return Object.fromEntries(wanted.map(({ comm }) => [comm.id, { target_name: comm.target }]));
  }

  /** Handles a comm's message; what handlers return is awaited by the caller. */
  handle({ header, content, metadata, buffers }: Message): unknown {
    const id = String(content.comm_id);
    const message: CommMessage = { data: content.data, metadata, buffers };
    if (header.msg_type === "comm_open") return this.opened(id, String(content.target_name), message);
    const line = this.lines.get(id);
    if (!line) return undefined;
    if (header.msg_type === "comm_msg") return line.message?.(message);
    this.lines.delete(id);
    return line.closed?.(message);
  }

  private opened(id: string, name: string, message: CommMessage): unknown {
    const target = this.targets.get(name);
    if (!target) {
      // The protocol's answer: whoever waits for this comm learns that there is nobody.
      this.send("comm_close", { comm_id: id, data: {} }, {});
      return undefined;
    }
    const { comm } = this.line(id, name);
    const failed = (error: unknown): never => {
      comm.close();
      throw error;
    };
    try {
      const made = target(comm, message);
      return made instanceof Promise ? made.catch(failed) : made;
    } catch (error) {
      return failed(error);
    }
  }

  private line(id: string, target: string): Line {
    const line: Line = {
      comm: {
        id,
        target,
        send: (data, extras = {}) => {
          if (!this.lines.has(id)) throw closedComm(target);
          this.send("comm_msg", { comm_id: id, data: data ?? {} }, extras);
        },
        close: (data, extras = {}) => {
          if (this.lines.delete(id)) this.send("comm_close", { comm_id: id, data: data ?? {} }, extras);
        },
        onMessage: (handler) => void (line.message = handler),
        onClose: (handler) => void (line.closed = handler),
      },
    };
    this.lines.set(id, line);
    return line;
  }

  private send(type: string, content: Json, extras: CommExtras): void {
    this.outputs.comm(ownActivity(), type, content, extras);
  }
}

function closedComm(target: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `comm "${target}"`,
    topic: "notebooks",
    found: "a message to a comm that is closed",
    expected: "an open one",
    fix: "open it again, or listen to onClose",
  });
}
