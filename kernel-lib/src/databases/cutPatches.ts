import sharp from "sharp";
import { messageOf } from "../foundation/index.js";
import { patchCutter, type PatchParameters } from "../patches/index.js";
import { readImage } from "../study/index.js";
import { filling, type FillAnswer, type FillTarget } from "./fillTask.js";
import { toPlanes, UnusablePatch } from "./patchPixels.js";
import { patchBytes, type PatchAccess } from "./patchPlace.js";

// Each worker is one core's worth of work; libvips' own threads would only compete with the other workers.
sharp.concurrency(1);

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

/** At most so many patches are in a worker's memory. */
const blockLength = 512;

/** Runs in a worker thread: cuts patches from an image. */
export default function cutPatches(task: CutTask & FillTarget): Promise<FillAnswer> {
  return filling(task, (access) => cutInto(access, task));
}

async function cutInto(access: PatchAccess, task: CutTask & FillTarget): Promise<void> {
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
    access.write(first, block.subarray(0, length * bytes));
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
