import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { messageOf, type ErrorParts } from "../foundation/index.js";
import { patchCutter, type PatchParameters } from "../patches/index.js";
import { readImage } from "../study/index.js";
import { patchBytes, writePatches } from "./patchFile.js";
import { readPatchFile, toPlanes, UnusablePatch } from "./patchPixels.js";

// Each worker is one core's worth of work; libvips' own threads would only compete with the other workers.
sharp.concurrency(1);

/** A share of the patches, in a form that can travel to a worker thread. */
export type FillTask = { patchFile: string; size: number } & (ReadTask | CutTask);

/** Patch files, consecutively numbered from `first`. */
export interface ReadTask {
  kind: "read";
  folder: string;
  files: string[];
  first: number;
}

/** Places in one image. */
export interface CutTask {
  kind: "cut";
  imagePath: string;
  /** Working size that step 1 found. */
  width: number;
  height: number;
  parameters: PatchParameters;
  /** Three numbers a patch: its number, its position (row * width + column), its rotation. */
  cuts: Int32Array;
}

/** What a worker sends back. */
export type FillAnswer = { patches: number } | { problem: ErrorParts };

/** At most so many patches are in a worker's memory. */
const blockLength = 512;

/** Runs in a worker thread: decodes or cuts a share of the patches and writes it into the patch file. */
export default async function fillInWorker(task: FillTask): Promise<FillAnswer> {
  const descriptor = openSync(task.patchFile, "r+");
  try {
    if (task.kind === "read") await readShare(task, descriptor);
    else await cutShare(task, descriptor);
    return { patches: task.kind === "read" ? task.files.length : task.cuts.length / 3 };
  } catch (error) {
    if (error instanceof UnusablePatch) return { problem: error.parts };
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function readShare(task: ReadTask & { size: number }, descriptor: number): Promise<void> {
  const bytes = patchBytes(task.size);
  for (let start = 0; start < task.files.length; start += blockLength) {
    const files = task.files.slice(start, start + blockLength);
    const block = new Uint8Array(files.length * bytes);
    for (let i = 0; i < files.length; i++) {
      toPlanes(await readPatchFile(join(task.folder, files[i]), task.size), block, i * bytes);
    }
    writePatches(descriptor, task.size, task.first + start, block);
  }
}

async function cutShare(task: CutTask & { size: number }, descriptor: number): Promise<void> {
  const { imagePath, parameters, cuts, size } = task;
  const image = await readImage(imagePath, parameters.scale).catch((error: unknown) => {
    throw new UnusablePatch({
      subject: imagePath,
      found: `an image that can't be read any more (${messageOf(error)})`,
      expected: "the image that step 1 saw",
      fix: "restore it, or run 'histobook patches STUDY' again",
    });
  });
  if (image.width !== task.width || image.height !== task.height) {
    throw new UnusablePatch({
      subject: imagePath,
      found: `${image.width} x ${image.height} pixels at scale ${parameters.scale}`,
      expected: `${task.width} x ${task.height} as step 1 saw it`,
      fix: "run 'histobook patches STUDY' again",
    });
  }
  const cutter = patchCutter(image, parameters);
  const bytes = patchBytes(size);
  const pixels = new Uint8Array(bytes);
  const block = new Uint8Array(blockLength * bytes);
  let first = 0;
  let length = 0;
  const flush = (): void => {
    writePatches(descriptor, size, first, block.subarray(0, length * bytes));
    length = 0;
  };
  for (let k = 0; k < cuts.length; k += 3) {
    if (length === blockLength || (length > 0 && cuts[k] !== first + length)) flush();
    if (length === 0) first = cuts[k];
    cutter.cut(cuts[k + 1], cuts[k + 2], pixels);
    toPlanes(pixels, block, length * bytes);
    length++;
  }
  flush();
}
