import { sep } from "node:path";
import { filling, type FillAnswer, type FillTarget } from "./fillTask.js";
import { readPatchFile } from "./patchPixels.js";
import { patchBytes } from "./patchPlace.js";

/** Patch files, consecutively numbered from `first`. */
export interface ReadTask {
  kind: "read";
  folder: string;
  files: string[];
  first: number;
}

// The same memory serves share after share, since the system takes its time to hand out new memory.
let block = new Uint8Array(0);

/** Runs in a worker thread: reads patch files. */
export default function readPatches(task: ReadTask & FillTarget): Promise<FillAnswer> {
  const { folder, files, first, size } = task;
  const bytes = patchBytes(size);
  const length = files.length * bytes;
  if (block.length < length) block = new Uint8Array(length);
  return filling(task, async (access) => {
    for (let i = 0; i < files.length; i++) {
      const reading = readPatchFile(`${folder}${sep}${files[i]}`, size, block, i * bytes);
      if (reading) await reading;
    }
    access.write(first, block.subarray(0, length));
  });
}
