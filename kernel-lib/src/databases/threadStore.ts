import { once } from "node:events";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import {
  HistobookError,
  isHistobookError,
  messageOf,
  threadLost,
  type ErrorCode,
  type ErrorParts,
} from "../foundation/index.js";
import type { ImageListOptions } from "./imageList.js";
import type { Batch, PatchShape } from "./batch.js";
import type { BatchOptions, PatchStore } from "./patchStore.js";

/** What a thread is to open. */
export type ThreadSource =
  { kind: "database"; path: string } | { kind: "list"; path: string; options: ImageListOptions };

/** What the thread is told, in the order in which it is to be done. */
export type Order =
  | { order: "read"; stream: number; size: number; options: Omit<BatchOptions, "ahead"> }
  | { order: "next" | "return"; stream: number }
  | { order: "close" };

/** What the thread answers. */
export type Answer =
  | { answer: "opened"; stream: number; shape: PatchShape }
  | { answer: "batch"; stream: number; batch: Batch | undefined; count: number | undefined }
  | { answer: "failed"; stream: number; failure: Failure };

/** An error on its way between threads: a histobook error's parts, or anything else's words. */
export type Failure = { code: ErrorCode; parts: ErrorParts } | { words: string };

/** One stream's answers that nobody has taken yet, and who waits for the next one. */
interface Stream {
  ready: Answer[];
  take: ((answer: Answer) => void) | undefined;
}

/** The stream in which the opening itself is answered. */
export const openingStream = 0;

/**
 * Opens a database or a list of images in a thread of its own, which reads and decodes while this thread does something
 * else, such as waiting for an engine that does not let go of it.
 *
 * @throws HistobookError as `openPatchStore` and `openImageList`; `ProcessLost` when the thread ends before it is closed.
 * @example
 * const store = await openStoreInThread({ kind: "database", path: "study/DB_train_1" });
 * store.shape; // => { channels: 3, height: 32, width: 32 }
 * await store.close();
 */
export async function openStoreInThread(source: ThreadSource): Promise<PatchStore> {
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(join(__dirname, "threadStoreWorker.js"), {
    workerData: { source, port: port2 },
    transferList: [port2],
    name: "histobook patch store",
  });
  const streams = new Map<number, Stream>();
  let newest = openingStream;
  let count: number | undefined;
  let closed = false;

  const give = (answer: Answer): void => {
    const stream = streams.get(answer.stream);
    if (!stream) return;
    if (stream.take) stream.take(answer);
    else stream.ready.push(answer);
    stream.take = undefined;
  };
  const failAll = (failure: Failure): void => {
    for (const stream of streams.keys()) give({ answer: "failed", stream, failure });
  };
  port.on("message", give);
  let ended: Failure | undefined;
  const fail = (error: unknown): void => {
    const known = threadLost(`the patches of ${source.path}`, error);
    ended ??= isHistobookError(known)
      ? { code: known.code, parts: known.parts }
      : { words: messageOf(error) };
    failAll(ended);
  };
  worker.on("error", fail);
  const gone = once(worker, "exit").catch(() => undefined);
  worker.on("exit", () => {
    // Its last words may still be on their way: they say why it has ended.
    for (let held; (held = receiveMessageOnPort(port));) give(held.message as Answer);
    fail(new Error("the thread that reads them has ended"));
  });

  async function next(id: number): Promise<Answer> {
    const stream = streams.get(id)!;
    // What has come while this thread was busy is taken without waiting for an event.
    for (let held; stream.ready.length === 0 && (held = receiveMessageOnPort(port));)
      give(held.message as Answer);
    // A thread that has ended answers nobody.
    if (stream.ready.length === 0 && ended) return { answer: "failed", stream: id, failure: ended };
    return stream.ready.shift() ?? new Promise((take) => (stream.take = take));
  }

  const post = (order: Order): void => port.postMessage(order);
  const begin = (): number => {
    streams.set(++newest, { ready: [], take: undefined });
    return newest;
  };

  streams.set(openingStream, { ready: [], take: undefined });
  const opened = await next(openingStream);
  streams.delete(openingStream);
  if (opened.answer === "failed") {
    port.close();
    throw errorOf(opened.failure);
  }
  const { shape } = opened as Extract<Answer, { answer: "opened" }>;

  return {
    get count() {
      return count;
    },
    shape,
    async *batches(size, { ahead = 1, ...options }: BatchOptions = {}): AsyncGenerator<Batch, undefined> {
      const stream = begin();
      post({ order: "read", stream, size, options });
      for (let i = 0; i < ahead; i++) post({ order: "next", stream });
      try {
        while (!closed) {
          const answer = await next(stream);
          if (answer.answer === "failed") {
            if (closed) return undefined;
            throw errorOf(answer.failure);
          }
          if (answer.answer !== "batch" || !answer.batch) return undefined;
          count = answer.count;
          post({ order: "next", stream });
          yield answer.batch;
        }
      } finally {
        streams.delete(stream);
        if (!closed) post({ order: "return", stream });
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      post({ order: "close" });
      await gone;
      port.close();
    },
  };
}

function errorOf(failure: Failure): Error {
  return "code" in failure ? new HistobookError(failure.code, failure.parts) : new Error(failure.words);
}
