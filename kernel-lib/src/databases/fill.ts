import { setMaxListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Piscina } from "piscina";
import { HistobookError, stopIfAborted, type ErrorParts } from "../foundation/index.js";
import { readImageRecord, workerCount, type ImageRecord } from "../patches/index.js";
import { parsePatchName, type Manifest, type Study } from "../study/index.js";
import type { CutTask, FillAnswer, FillTask, ReadTask } from "./worker.js";

/** Where patches come from: PNG files, or the images themselves. */
export interface PatchSource {
  has(file: string): boolean;
  /** Divides the patches (numbered by their place in `files`) into shares for the workers. */
  shares(files: readonly string[]): (ReadTask | CutTask)[];
}

/** A share of this many files keeps workers equally busy and their messages few. */
const shareLength = 2048;

/** Patches from files in a folder such as `subs/`. */
export function filesOf(folder: string): PatchSource {
  let names: Set<string> | undefined;
  return {
    has(file) {
      names ??= new Set(namesIn(folder));
      // One listing answers for all files but those in folders below, as other tools' lists may name them.
      return names.has(file) || (file.includes("/") && existsSync(join(folder, file)));
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
 * Decodes or cuts all patches into a patch file, in worker threads; their number does not change the result.
 *
 * @param options.progress called with the number of patches done since the last call
 * @param options.explain may add to what is wrong with a patch
 * @throws HistobookError `BadInput` for the first patch that can't be used, `Interrupted`.
 */
export async function fillPatchFile(
  shares: (ReadTask | CutTask)[],
  target: { path: string; size: number },
  options: {
    workers?: number;
    signal?: AbortSignal;
    progress: (patches: number) => void;
    explain: (problem: ErrorParts) => ErrorParts;
  },
): Promise<void> {
  const { signal } = options;
  const stop = new AbortController();
  const stopOnSignal = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  // Every waiting share listens to it.
  setMaxListeners(0, stopOnSignal);
  const pool = new Piscina<FillTask, FillAnswer>({
    filename: join(__dirname, "worker.js"),
    maxThreads: Math.min(workerCount(options.workers), Math.max(1, shares.length)),
    minThreads: 1,
  });
  try {
    await Promise.all(
      shares.map(async (share) => {
        const task = { ...share, patchFile: target.path, size: target.size };
        const answer = await pool.run(task, { signal: stopOnSignal });
        if ("problem" in answer) throw new HistobookError("BadInput", options.explain(answer.problem));
        options.progress(answer.patches);
      }),
    );
  } catch (error) {
    stop.abort();
    stopIfAborted(signal, "databases");
    throw error;
  } finally {
    await pool.destroy();
  }
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
