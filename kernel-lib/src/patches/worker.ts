import sharp from "sharp";
import { extractImage, type Extraction, type ExtractionTask } from "./extract.js";
import { HistobookError } from "../foundation/index.js";

// Each worker is one core's worth of work; libvips' own threads would only compete with the other workers.
sharp.concurrency(1);

/** What a worker sends back: class instances do not survive the way between threads, so errors go as text. */
export type WorkerAnswer = { extraction: Extraction } | { problem: string };

/** Runs in a worker thread: one image, start to end. */
export default async function extractInWorker(task: ExtractionTask): Promise<WorkerAnswer> {
  try {
    return { extraction: await extractImage(task) };
  } catch (error) {
    // A problem with the image is this image's; anything else (a full disk) stops the step.
    const ofImage =
      error instanceof HistobookError && [task.case.imagePath, task.case.maskPath].includes(error.subject);
    if (!ofImage) throw error;
    return { problem: error.message };
  }
}
