import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { HistobookError } from "../../foundation/index.js";
import {
  SharedFlag,
  type Channel,
  type FromSockets,
  type SocketsData,
  type StreamText,
  type ToSockets,
} from "./channels.js";
import type { Header, Json, Message } from "./message.js";

/** Who listens to the sockets. */
export interface Listener {
  message(channel: Exclude<Channel, "iopub">, message: Message): void;
  interrupt(terminated: boolean): void;
}

/** What is sent beside a message's type and content. */
export interface SendOptions {
  metadata?: Json;
  buffers?: readonly Uint8Array[];
}

/**
 * The main thread's end of the kernel's sockets.
 *
 * Everything comes as an event and nothing here waits for a promise: when a cell's endless loop is ended by force,
 * V8 drops all continuations that are due, and events are what survives.
 */
export class Wire {
  readonly session = randomUUID();
  /** See `SharedFlag`. */
  readonly flags = new Int32Array(new SharedArrayBuffer(SharedFlag.Count * Int32Array.BYTES_PER_ELEMENT));
  private readonly worker: Worker;
  private drained: (() => void)[] = [];

  /** @param failed called when the sockets can't be opened */
  constructor(connectionFile: string, listener: Listener, failed: (error: HistobookError) => void) {
    const workerData: SocketsData = {
      connectionFile,
      session: this.session,
      flags: this.flags.buffer,
    };
    this.worker = new Worker(join(__dirname, "sockets.js"), { workerData, name: "histobook kernel sockets" });
    this.worker.on("message", (news: FromSockets) => {
      if (news.kind === "message") this.protect(() => listener.message(news.channel, news.message));
      else if (news.kind === "interrupt") {
        Atomics.add(this.flags, SharedFlag.InterruptsTaken, 1);
        this.protect(() => listener.interrupt(news.terminated));
      } else if (news.kind === "drained") this.drained.shift()?.();
      else failed(noSockets(connectionFile, news.reason));
    });
    this.worker.on("error", (cause) => failed(noSockets(connectionFile, cause.message, cause)));
  }

  /** Publishes to all clients. */
  publish(
    type: string,
    content: Json,
    parentHeader: Partial<Header>,
    { metadata = {}, buffers = [] }: SendOptions = {},
  ): void {
    this.post({
      kind: "send",
      channel: "iopub",
      message: {
        identities: [Buffer.from(type)],
        type,
        parentHeader,
        metadata: JSON.stringify(metadata),
        content: JSON.stringify(content),
        buffers: [...buffers],
      },
    });
  }

  /** Publishes text of a cell's. */
  stream(stream: StreamText): void {
    this.post({ kind: "stream", stream });
  }

  /** Sends to the client that sent `parent`. */
  reply(
    channel: Exclude<Channel, "iopub">,
    parent: Message,
    type: string,
    content: Json,
    metadata: Json = {},
  ): void {
    this.post({
      kind: "send",
      channel,
      message: {
        identities: parent.identities,
        type,
        parentHeader: parent.header,
        metadata: JSON.stringify(metadata),
        content: JSON.stringify(content),
        buffers: [],
      },
    });
  }

  /** Calls back once everything is passed on that clients had sent before. */
  whenDrained(then: () => void): void {
    this.drained.push(then);
    this.post({ kind: "drain" });
  }

  /** Whether work runs that must not be torn apart. */
  get isProtected(): boolean {
    return Atomics.load(this.flags, SharedFlag.Protected) === 1;
  }

  /** Runs work that must not be torn apart by an interrupt: it then waits for the work's end. */
  protect<T>(work: () => T): T {
    return this.withProtection(1, work);
  }

  /** Runs a user's code within protected work: that may be caught in a loop. */
  expose<T>(work: () => T): T {
    return this.withProtection(0, work);
  }

  private withProtection<T>(value: 0 | 1, work: () => T): T {
    const before = Atomics.exchange(this.flags, SharedFlag.Protected, value);
    try {
      return work();
    } finally {
      Atomics.store(this.flags, SharedFlag.Protected, before);
    }
  }

  /** Says whether work of the running cell listens to its signal, and is to be given time. */
  setListening(listening: boolean): void {
    Atomics.store(this.flags, SharedFlag.Listening, listening ? 1 : 0);
  }

  /** Runs what a shutdown begins with, in one piece: from its end on, no interrupt comes any more. */
  beginShutdown(work: () => void): void {
    this.protect(work);
    Atomics.store(this.flags, SharedFlag.ShutdownTaken, 1);
  }

  /** Sends what is still to be sent, and closes; returns when that is done. */
  close(): void {
    this.post({ kind: "close" });
    Atomics.wait(this.flags, SharedFlag.Flushed, 0, 2000);
  }

  private post(order: ToSockets): void {
    this.worker.postMessage(order);
  }
}

function noSockets(connectionFile: string, reason: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: connectionFile,
    topic: "notebooks",
    found: `sockets that can't be opened (${reason})`,
    expected: "five free ports",
    fix: "start the kernel from Jupyter again, which chooses new ports",
    cause,
  });
}
