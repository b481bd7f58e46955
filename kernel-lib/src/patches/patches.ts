import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Piscina } from "piscina";
import {
  fingerprint,
  HistobookError,
  makeFolder,
  removeUnfinished,
  stopIfAborted,
  type Skipped,
} from "../foundation/index.js";
import { updateManifest, workingScale, type Case, type Manifest, type Study } from "../study/index.js";
import type { Extraction, ExtractionTask } from "./extract.js";
import { patchParameters, workerCount, type PatchOptions } from "./options.js";
import { positionsFolder } from "./record.js";
import type { WorkerAnswer } from "./worker.js";

/** What step 1 made. */
export interface PatchesResult {
  images: number;
  /** Patches by type: positions times rotations. */
  patches: { p: number; e: number; b: number; total: number };
  scale: number;
  skipped: Skipped[];
}

/**
 * Step 1: cuts labelled patches out of every image of a study into `subs/` (tutorial: step1_make_patches.m).
 *
 * One bad image never stops the others: it is named in `skipped`. The same seed gives the same bytes for any
 * number of workers; images that are done already are not done again.
 *
 * @throws HistobookError `BadOption`, `BadInput` when no image at all can be used, `Interrupted`.
 * @example
 * const study = openStudy(await createSample("study"));
 * const { patches } = await makePatches(study, { perImage: 10 });
 * patches.p; // => 400
 */
export async function makePatches(study: Study, options: PatchOptions = {}): Promise<PatchesResult> {
  const { report, signal, direct = false } = options;
  const scale = workingScale(study.directory, options.scale);
  const parameters = patchParameters(options, scale);
  const skipped = [...study.problems];
  const usable: (Case & { maskPath: string })[] = [];
  for (const one of study.cases) {
    if (one.maskPath !== null) usable.push({ ...one, maskPath: one.maskPath });
    else skipped.push({ file: one.imagePath, reason: missingMask(one) });
  }
  for (const folder of direct ? [positionsFolder] : [positionsFolder, "subs"]) {
    makeFolder(join(study.directory, folder));
    removeUnfinished(join(study.directory, folder));
  }

  const done = new Map<string, Extraction>();
  const pool = new Piscina<ExtractionTask, WorkerAnswer>({
    filename: join(__dirname, "worker.js"),
    maxThreads: Math.min(workerCount(options.workers), Math.max(1, usable.length)),
    minThreads: 1,
  });
  try {
    let finished = 0;
    await Promise.all(
      usable.map(async (one) => {
        const task = { directory: study.directory, case: one, parameters, files: !direct };
        const answer = await pool.run(task, signal ? { signal } : {});
        if ("problem" in answer) skipped.push({ file: one.imagePath, reason: answer.problem });
        else {
          done.set(one.name, answer.extraction);
          if (answer.extraction.empty) skipped.push({ file: one.imagePath, reason: answer.extraction.empty });
        }
        finished++;
        report?.({
          event: "progress",
          step: "patches",
          done: finished,
          total: usable.length,
          unit: "images",
        });
      }),
    );
  } catch (error) {
    stopIfAborted(signal, "patches");
    throw error;
  } finally {
    await pool.destroy();
  }

  const images = recordsByName(done);
  if (Object.keys(images).length === 0) {
    throw new HistobookError("BadInput", {
      subject: join(study.directory, "images"),
      found: `no usable image (${skipped
        .map(({ reason }) => reason)
        .slice(0, 3)
        .join(" ")})`,
      expected: "at least one image with its mask",
      fix: "mend the images that are named here",
    });
  }
  removeRecordsOfOthers(study.directory, images);
  const key = fingerprint([
    "patches 1",
    parameters,
    Object.entries(images).map(([name, image]) => [name, image.key]),
  ]);
  await updateManifest(study.directory, (manifest) => ({
    ...manifest,
    scale,
    patches: { key, parameters, files: !direct, images },
  }));
  return {
    images: Object.keys(images).length,
    patches: countPatches(images, parameters.rotations.length),
    scale,
    skipped: skipped.sort(byFile),
  };
}

type ImageRecords = NonNullable<Manifest["patches"]>["images"];

/** Sorted by name, so that the manifest does not depend on which worker finished first. */
function recordsByName(done: Map<string, Extraction>): ImageRecords {
  const sorted = [...done.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([name, { record }]) => {
      const { key, patient, imageNumber, width, height, positions } = record;
      return [name, { key, patient, imageNumber, width, height, positions }];
    }),
  );
}

function countPatches(images: ImageRecords, rotations: number): PatchesResult["patches"] {
  const counts = { p: 0, e: 0, b: 0 };
  for (const { positions } of Object.values(images)) {
    counts.p += positions.p * rotations;
    counts.e += positions.e * rotations;
    counts.b += positions.b * rotations;
  }
  return { ...counts, total: counts.p + counts.e + counts.b };
}

function removeRecordsOfOthers(directory: string, images: ImageRecords): void {
  for (const file of readdirSync(join(directory, positionsFolder))) {
    const name = file.replace(/\.json$/, "");
    if (name !== file && !(name in images)) rmSync(join(directory, positionsFolder, file), { force: true });
  }
}

function missingMask(one: Case): string {
  return `${one.imagePath}: found no ${one.name}_mask.png beside it, expected a mask in which white is epithelium; add the mask or move the image away.`;
}

function byFile(a: Skipped, b: Skipped): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}
