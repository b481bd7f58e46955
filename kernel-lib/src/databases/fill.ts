import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import {
  HistobookError,
  stopIfAborted,
  threadLost,
  watchPool,
  type ErrorParts,
} from "../foundation/index.js";
import { readImageRecord, workerCount, type ImageRecord } from "../patches/index.js";
import { parsePatchName, type Manifest, type Study } from "../study/index.js";
import type { CutTask } from "./cutPatches.js";
import type { FillAnswer, FillTarget } from "./fillTask.js";
import type { PatchSpace } from "./patchSpace.js";
import type { ReadTask } from "./readPatches.js";
import { fillWorkers, forgetWorkers } from "./workers.js";

/** Where patches come from: PNG files, or the images themselves. */
export interface PatchSource {
  has(file: string): boolean;
  /** Divides the patches (numbered by their place in `files`) into shares for the workers. */
  shares(files: readonly string[]): (ReadTask | CutTask)[];
}

/** A worker loads what its kind of task needs and no more, so that it begins at once. */
const workerFiles = { read: "readPatches.js", cut: "cutPatches.js" } as const;

/** A share of this many files keeps messages few, and lets the first database begin early. */
const shareLength = 256;

/** Patches from files in a folder such as `subs/`. */
export function filesOf(folder: string): PatchSource {
  let names: Set<string> | undefined;
  return {
    has(file) {
      names ??= new Set(namesIn(folder));
      // One listing answers for all files but those in folders below, as other tools' lists may name them.
      return (
        names.has(file) || (file.includes("/") && isWithin(folder, file) && existsSync(join(folder, file)))
      );
    },
    shares(files) {
      const shares: ReadTask[] = [];
      for (let first = 0; first < files.length; first += shareLength) {
        shares.push({ kind: "read", folder, files: files.slice(first, first + shareLength), first });
      }
      return shares;
    },
  };
}

/** A list may come from anybody, and must not lead out of its folder. */
function isWithin(folder: string, file: string): boolean {
  const way = relative(folder, join(folder, file));
  return !isAbsolute(file) && way !== ".." && !way.startsWith(`..${sep}`);
}

/** Patches cut from a study's images at the positions that step 1 chose (`--direct`). */
export function cutsOf(study: Study, patches: NonNullable<Manifest["patches"]>): PatchSource {
  const images = new Map<string, { name: string; record: ImageRecord }>();
  for (const [name, { patient, imageNumber }] of Object.entries(patches.images)) {
    const record = readImageRecord(study.directory, name);
    if (record) images.set(`${patient}_${imageNumber}`, { name, record });
  }
  const find = (file: string): { name: string; position: number; rotation: number } | undefined => {
    const parts = parsePatchName(file);
    const image = parts && images.get(`${parts.patient}_${parts.imageNumber}`);
    if (!parts || !image || !image.record.rotations.includes(parts.rotation)) return undefined;
    const position = image.record.positions[parts.type][parts.number - 1];
    return position === undefined ? undefined : { name: image.name, position, rotation: parts.rotation };
  };
  return {
    has: (file) => find(file) !== undefined,
    shares(files) {
      const cuts = new Map<string, number[]>();
      files.forEach((file, number) => {
        const place = find(file)!;
        const ofImage = cuts.get(place.name);
        if (ofImage) ofImage.push(number, place.position, place.rotation);
        else cuts.set(place.name, [number, place.position, place.rotation]);
      });
      return [...cuts].map(([name, ofImage]) => ({
        kind: "cut",
        imagePath: imagePathOf(study, name),
        width: patches.images[name].width,
        height: patches.images[name].height,
        parameters: patches.parameters,
        cuts: Int32Array.from(ofImage),
      }));
    },
  };
}

/**
 * Decodes or cuts all patches in worker threads, while `work` reads what is there already; the number of workers does
 * not change the result.
 *
 * Both have ended when the promise settles, so that what they write can be removed.
 *
 * @param options.progress called with the number of patches done since the last call
 * @param options.explain may add to what is wrong with a patch
 * @returns what `work` gives
 * @throws HistobookError `BadInput` for the first patch that can't be used, `ProcessLost`, `Interrupted`; and what `work` throws.
 */
export async function whileFilling<Result>(
  shares: readonly (ReadTask | CutTask)[],
  space: PatchSpace,
  options: {
    workers?: number;
    signal?: AbortSignal;
    progress: (patches: number) => void;
    explain: (problem: ErrorParts) => ErrorParts;
  },
  work: () => Promise<Result>,
): Promise<Result> {
  const { signal, progress, explain } = options;
  const threads = Math.min(workerCount(options.workers), Math.max(1, shares.length));
  const pool = await fillWorkers(threads);
  const watch = watchPool(pool);
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    space.failFilling(error);
  };
  const fillShare = async (share: ReadTask | CutTask): Promise<void> => {
    const task: (ReadTask | CutTask) & FillTarget = { ...share, place: space.place, size: space.size };
    const filename = join(__dirname, workerFiles[share.kind]);
    const running = pool.run(task, { filename }) as Promise<FillAnswer>;
    const { problem } = await Promise.race([running, watch.lost]).catch((error: unknown) => {
      forgetWorkers(pool);
      throw threadLost("the databases", error);
    });
    if (problem) throw new HistobookError("BadInput", explain(problem));
    const numbers = numbersOf(share);
    space.markFilled(numbers);
    progress(numbers.length);
  };
  const waiting = shares.values();
  const fillShares = async (): Promise<void> => {
    for (const share of waiting) {
      if (failure) return;
      stopIfAborted(signal, "databases");
      await fillShare(share);
    }
  };
  // Twice as many as threads: each one finds its next share waiting when it ends one.
  const filling = Array.from({ length: 2 * threads }, () => fillShares().catch(fail));
  const [result] = await Promise.all([work().catch(fail), ...filling]);
  watch.end();
  if (failure) throw failure.error;
  return result as Result;
}

/** The numbers of a share's patches. */
function numbersOf(share: ReadTask | CutTask): Int32Array {
  return share.kind === "read"
    ? Int32Array.from(share.files, (_, i) => share.first + i)
    : share.cuts.filter((_, i) => i % 3 === 0);
}

function imagePathOf(study: Study, name: string): string {
  const found = study.cases.find((one) => one.name === name);
  return found?.imagePath ?? join(study.directory, "images", name);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new HistobookError("MissingStep", {
      subject: folder,
      found: "no such folder",
      expected: "the patches of step 1",
      fix: "run 'histobook patches STUDY' first, or add --direct to cut the patches from the images",
      cause: error,
    });
  }
}
