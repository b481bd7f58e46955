import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { MeanImage } from "../caffe/index.js";
import {
  cellSignal,
  giveName,
  HistobookError,
  numberOption,
  removeLeftoversOnce,
  unfinishedPath,
  type RunOptions,
} from "../foundation/index.js";
import { filesOf, whileFilling } from "./fill.js";
import { meanSum } from "./mean.js";
import { createPatchSpace } from "./patchSpace.js";
import { namingList, planDatabases } from "./plan.js";
import { writeDatabase, type RecordCount } from "./write.js";

/** The options of `convertImages`. */
export interface ConvertOptions extends RunOptions {
  /** Default false, as in convert_imageset. */
  shuffle?: boolean;
  seed?: number;
  /** Side of the images in pixels; default 32. */
  size?: number;
  workers?: number;
}

/**
 * Makes one database from any list of images, as Caffe's convert_imageset does, and gives its mean image, as
 * compute_image_mean would.
 *
 * @param folder what the names in the list are relative to
 * @param list a text file: name, tab or space, class on each line
 * @param database a folder that does not exist yet
 * @throws HistobookError `MissingStep`, `BadInput`, `Interrupted`.
 * @example
 * const { byClass } = await convertImages("study/subs", "study/train_w32_1.txt", "my-database");
 * byClass.length; // => 2
 */
export async function convertImages(
  folder: string,
  list: string,
  database: string,
  options: ConvertOptions = {},
): Promise<RecordCount & { mean: MeanImage }> {
  const { shuffle = false, seed = 1, signal = cellSignal() } = options;
  const size = numberOption("--size", options.size ?? 32, { minimum: 1, maximum: 512, integer: true });
  const source = filesOf(folder);
  const plan = planDatabases([{ name: "convert", path: list }], { shuffle, seed }, (file) =>
    source.has(file),
  );
  const records = plan.databases.get("convert")!;
  const total = plan.files.length + records.patches.length;
  let done = 0;
  const progress = (count: number): void => {
    done += count;
    options.report?.({ event: "progress", step: "databases", done, total, unit: "patches" });
  };
  if (existsSync(database)) throw alreadyThere(database);
  removeLeftoversOnce(dirname(database));
  const unfinished = unfinishedPath(database);
  const patches = createPatchSpace(unfinishedPath(`${database}.patches`), size, plan.files.length);
  try {
    const sum = meanSum({ channels: 3, height: size, width: size });
    const counts = await whileFilling(
      source.shares(plan.files),
      patches,
      { ...options, signal, progress, explain: (problem) => namingList(problem, plan) },
      () => writeDatabase(unfinished, records, { files: plan.files, patches }, { sum, signal, progress }),
    );
    giveName(unfinished, database);
    return { ...counts, mean: sum.mean() };
  } finally {
    patches.remove();
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function alreadyThere(database: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: database,
    found: "something of that name",
    expected: "a folder that does not exist yet",
    fix: "name another folder, or remove it",
  });
}
