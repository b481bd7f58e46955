import type { Header, Message, Outgoing } from "./message.js";

/** The channels that carry messages; the heartbeat carries none. */
export type Channel = "shell" | "control" | "stdin" | "iopub";

/** What the sockets' thread is started with. */
export interface SocketsData {
  connectionFile: string;
  session: string;
  /** See `SharedFlag`. */
  flags: SharedArrayBuffer;
}

/** From the sockets' thread to the main thread. */
export type FromSockets =
  | { kind: "failed"; reason: string }
  | { kind: "message"; channel: Exclude<Channel, "iopub">; message: Message }
  /** `terminated`: JavaScript that did not come back to the event loop was ended by force. */
  | { kind: "interrupt"; terminated: boolean }
  | { kind: "drained" };

/** Text that a cell has written to one of its streams. */
export interface StreamText {
  name: "stdout" | "stderr";
  text: string;
  parentHeader: Partial<Header>;
}

/** From the main thread to the sockets' thread. */
export type ToSockets =
  | { kind: "send"; channel: Channel; message: Outgoing }
  /** Text for a cell's output; what comes close together travels as one message. */
  | { kind: "stream"; stream: StreamText }
  /** Asks for `drained` once all that had arrived before is passed on. */
  | { kind: "drain" }
  | { kind: "close" };

/** Numbers that both threads see at once, even while the main thread is in a loop. */
export const enum SharedFlag {
  /** How many interrupts the main thread has taken. */
  InterruptsTaken,
  /** 1 while the main thread runs the kernel's own code or loads our library: it must not be torn out of that. */
  Protected,
  /** 1 while work of the running cell listens to its signal: it stops by itself between two pieces of computation. */
  Listening,
  /** 1 once the main thread has begun to shut down: it ends by itself. */
  ShutdownTaken,
  /** 1 once the sockets' thread has sent everything. */
  Flushed,
  /** How far the two threads are with ending what the main thread runs: see `Unwinding`. */
  Unwinding,
  Count,
}

/** The steps of ending the main thread's JavaScript, one thread's after the other's. */
export const enum Unwinding {
  None,
  /** The main thread has made itself ready, and waits. */
  Ready,
  /** The sockets' thread has seen that. */
  Seen,
  /** The end is on its way: the main thread meets it when it goes on. */
  Posted,
}
