/** The thread of `openStoreInThread`: opens the store, and gives its batches away one by one. */
import { workerData, type MessagePort } from "node:worker_threads";
import { isHistobookError, messageOf } from "../foundation/index.js";
import { openImageList } from "./imageList.js";
import { openPatchStore } from "./levelStore.js";
import type { Batch } from "./batch.js";
import type { PatchStore } from "./patchStore.js";
import { openingStream, type Answer, type Failure, type Order, type ThreadSource } from "./threadStore.js";

const { source, port } = workerData as { source: ThreadSource; port: MessagePort };

const answer = (what: Answer, memory: ArrayBuffer[] = []): void => port.postMessage(what, memory);

function failureOf(error: unknown): Failure {
  return isHistobookError(error)
    ? { code: error.code, parts: error.parts }
    : { words: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) };
}

function serve(store: PatchStore): void {
  const streams = new Map<number, AsyncGenerator<Batch, undefined>>();
  const giveNext = async (stream: number): Promise<void> => {
    try {
      const batch = (await streams.get(stream)?.next())?.value;
      // Given away, not copied: this thread has no more use for them.
      const memory = batch ? [batch.data.buffer as ArrayBuffer, batch.labels.buffer as ArrayBuffer] : [];
      answer({ answer: "batch", stream, batch, count: store.count }, memory);
    } catch (error) {
      answer({ answer: "failed", stream, failure: failureOf(error) });
    }
  };
  port.on("message", (order: Order) => {
    if (order.order === "read") streams.set(order.stream, store.batches(order.size, order.options));
    else if (order.order === "next") void giveNext(order.stream);
    else if (order.order === "return") {
      void streams.get(order.stream)?.return(undefined);
      streams.delete(order.stream);
    } else void store.close().finally(() => port.close());
  });
}

const opening =
  source.kind === "database" ? openPatchStore(source.path) : openImageList(source.path, source.options);
opening.then(
  (store) => {
    serve(store);
    answer({ answer: "opened", stream: openingStream, shape: store.shape });
  },
  (error: unknown) => {
    answer({ answer: "failed", stream: openingStream, failure: failureOf(error) });
    port.close();
  },
);
