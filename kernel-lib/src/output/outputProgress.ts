import { imageSize, scaledSize } from "../study/index.js";
import type { Job, OutputOptions } from "./jobs.js";
import { windowCount } from "./probabilityMap.js";

/** How many pixels of all maps are computed. */
export interface Progress {
  done: number;
  add(windows: number): void;
  set(done: number, detail: string): void;
}

/** Counts what is to be done. */
export async function openProgress(
  jobs: Job[],
  stride: number,
  { report }: OutputOptions,
): Promise<Progress> {
  let total = 0;
  for (const { cases, scale } of jobs) {
    for (const { imagePath } of cases) {
      // An image that can't be read is named when its turn comes.
      const size = await imageSize(imagePath).catch(() => undefined);
      if (size) total += windowCount(scaledSize(size.width, scale), scaledSize(size.height, scale), stride);
    }
  }
  const progress: Progress = {
    done: 0,
    add(windows) {
      progress.done += windows;
    },
    set(done, detail) {
      progress.done = done;
      report?.({ event: "progress", step: "output", done, total, unit: "windows", detail });
    },
  };
  return progress;
}
