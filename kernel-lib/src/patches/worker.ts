import sharp from "sharp";
import { HistobookError, interrupted, type ErrorCode, type ErrorParts } from "../foundation/index.js";
import { extractImage, type ExtractionTask } from "./extract.js";
import type { ImageRecord } from "./record.js";

// Each worker is one core's worth of work; libvips' own threads would only compete with the other workers.
sharp.concurrency(1);

/** What is sent to a worker. */
export interface WorkerTask {
  extraction: ExtractionTask;
  /** Shared with every worker: 1 asks all of them to stop after the patch at hand. */
  stop: Int32Array;
}

/** What a worker sends back: errors lose their class on the way between threads, so their parts travel. */
export type WorkerAnswer = { record: ImageRecord } | { code: ErrorCode; parts: Omit<ErrorParts, "cause"> };

/** Runs in a worker thread: one image, start to end. */
export default async function extractInWorker({ extraction, stop }: WorkerTask): Promise<WorkerAnswer> {
  const goOn = () => {
    if (Atomics.load(stop, 0) === 1) throw interrupted("patches");
  };
  try {
    goOn();
    return { record: await extractImage(extraction, goOn) };
  } catch (error) {
    if (!(error instanceof HistobookError)) throw error;
    return { code: error.code, parts: error.parts };
  }
}
