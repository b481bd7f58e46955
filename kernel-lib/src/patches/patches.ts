import { join } from "node:path";
import {
  fingerprint,
  HistobookError,
  makeFolder,
  removeLeftovers,
  requireMemory,
  stopIfAborted,
  withWorkLock,
  type Skipped,
} from "../foundation/index.js";
import { patchesFolder, updateManifest, workingScale, type Study } from "../study/index.js";
import { imageKey, withPlaces, type ExtractionTask, type MaskedCase } from "./extract.js";
import { completeImages, removeStalePatches } from "./inventory.js";
import { patchParameters, workerCount, type PatchOptions } from "./options.js";
import type { PatchParameters } from "./parameters.js";
import { extractAll } from "./pool.js";
import {
  positionsFolder,
  readImageRecord,
  recordedImages,
  removeImageRecord,
  type ImageRecord,
} from "./record.js";
import { chosenRule, missingRule, type ChosenRule } from "./regionRule.js";
import { nothingUsable, withoutMask, withoutPatches } from "./skips.js";
import { countPatches, manifestImages } from "./summary.js";

/** What step 1 made. */
export interface PatchesResult {
  /** Images that gave patches. */
  images: number;
  /** Patches by type: positions times rotations. */
  patches: { p: number; e: number; b: number; total: number };
  scale: number;
  skipped: Skipped[];
}

/** Bytes with which the sample's images and one worker thread were seen to get along; with less the system ends the process. */
const leastMemory = 80 * 2 ** 20;

/** What each image of the study gave. */
interface Harvest {
  records: Map<string, ImageRecord>;
  skipped: Skipped[];
}

/**
 * Step 1: cuts labelled patches out of every image of a study into `subs/` (tutorial: step1_make_patches.m).
 *
 * One bad image never stops the others: it is named in `skipped`. The same seed gives the same bytes for any
 * number of workers. Images that are done already are not done again, unless one of their patches is missing;
 * patches that belong to no image or to other parameters are removed. While the step runs, the manifest says
 * nothing of patches, so that no later step takes a half for the whole.
 *
 * @throws HistobookError `BadOption`; `BadInput` when no image at all can be used or a folder can't be written;
 * `Locked` when another process makes this study's patches; `ProcessLost` when a worker thread ended; `TooLittleMemory`;
 * `Interrupted`.
 * @example
 * const study = openStudy(await createSample("study"));
 * const { patches } = await makePatches(study, { perImage: 10 });
 * patches.p; // => 400
 */
export async function makePatches(study: Study, options: PatchOptions = {}): Promise<PatchesResult> {
  const { directory } = study;
  requireMemory("patches", leastMemory);
  const { direct = false } = options;
  const rule = await ruleOf(options);
  const parameters: PatchParameters = {
    ...patchParameters(options, workingScale(directory, options.scale)),
    ...(rule && { regions: rule.recorded }),
  };
  const workers = workerCount(options.workers);
  // Before anything is changed: what an earlier run made stays.
  if (study.cases.every(({ maskPath }) => maskPath === null))
    throw nothingUsable(directory, skippedBefore(study));
  removeLeftovers(directory);
  for (const folder of direct ? [positionsFolder] : [positionsFolder, patchesFolder]) {
    makeFolder(join(directory, folder));
    removeLeftovers(join(directory, folder));
  }
  const about = { ...options, subject: `the patches of ${directory}`, step: "patches" };
  return withWorkLock(join(directory, "patches.lock"), about, async (signal) => {
    if (rule && !rule.find) requirePlaces(study, parameters, rule);
    await updateManifest(directory, (manifest) => ({ ...manifest, patches: null }));
    if (direct) removeStalePatches(directory, []);
    const { records, skipped } = await harvest(study, parameters, { ...options, signal, workers, rule });
    if (!direct) removeStalePatches(directory, records.values());
    const images = manifestImages(records);
    const key = fingerprint([
      "patches 1",
      parameters,
      Object.entries(images).map(([name, image]) => [name, image.key]),
    ]);
    const { scale } = parameters;
    await updateManifest(directory, (manifest) => ({
      ...manifest,
      scale,
      patches: { key, parameters, files: !direct, images },
    }));
    const patches = countPatches(records.values());
    return { images: countGiving(records), patches, scale, skipped };
  });
}

async function ruleOf({ regions, regionSettings }: PatchOptions): Promise<ChosenRule | undefined> {
  if (regions !== undefined) return chosenRule(regions, regionSettings);
  if (regionSettings === undefined) return undefined;
  throw new HistobookError("BadOption", {
    subject: "regionSettings",
    found: "settings without a region rule",
    expected: "a rule that goes by them",
    fix: "give the rule as `regions`, or leave them out",
  });
}

/** A rule of which no more than the name is at hand must have chosen the places of all images; else nothing is touched. */
function requirePlaces(
  { directory, cases }: Study,
  parameters: PatchParameters,
  { recorded }: ChosenRule,
): void {
  for (const one of cases) {
    if (one.maskPath === null) continue;
    const masked = { ...one, maskPath: one.maskPath };
    if (readableRecord(directory, one.name)?.key !== imageKey(masked, parameters))
      throw missingRule(recorded, one.name);
  }
}

/** What is passed over without looking into it: bad names, missing masks. */
function skippedBefore({ cases, problems }: Study): Skipped[] {
  return [...problems, ...cases.filter(({ maskPath }) => maskPath === null).map(withoutMask)];
}

/** Takes every image's patches, or says why it has none. */
async function harvest(
  study: Study,
  parameters: PatchParameters,
  options: PatchOptions & { workers: number; rule: ChosenRule | undefined },
): Promise<Harvest> {
  const { directory } = study;
  const { report, signal, workers, rule, direct = false } = options;
  const records = new Map<string, ImageRecord>();
  const skipped = skippedBefore(study);
  const usable = study.cases.filter((one): one is MaskedCase => one.maskPath !== null);
  const earlier = earlierRecords(directory, usable);
  const complete = direct ? new Set(earlier.keys()) : completeImages(directory, earlier);
  const tasks = usable.map((one): ExtractionTask => ({
    directory,
    case: one,
    parameters,
    files: !direct,
    complete: complete.has(one.name),
  }));
  let done = 0;
  const prepare = rule && ((task: ExtractionTask) => withPlaces(task, rule));
  await extractAll(tasks, { workers, signal, prepare }, (task, outcome) => {
    const { name, imagePath, maskPath } = task.case;
    if (!(outcome instanceof HistobookError)) {
      records.set(name, outcome);
      if (outcome.empty) skipped.push(withoutPatches(task.case, outcome.empty));
    } else if ([imagePath, maskPath].includes(outcome.subject)) {
      skipped.push({ file: imagePath, reason: outcome.message, topic: outcome.topic });
    } else {
      // Not this image's fault: a full disk, an interrupt.
      throw outcome;
    }
    done++;
    report?.({ event: "progress", step: "patches", done, total: tasks.length, unit: "images" });
  });
  stopIfAborted(signal, "patches");
  skipped.sort((a, b) => (a.file < b.file ? -1 : 1));
  if (countGiving(records) === 0) throw nothingUsable(directory, skipped);
  return { records, skipped };
}

/**
 * The records of earlier runs that may still be true. The others are removed at once: their file names may
 * soon be another image's, since images are numbered anew when a patient gets one more.
 */
function earlierRecords(directory: string, usable: MaskedCase[]): Map<string, ImageRecord> {
  const numbers = new Map(usable.map((one) => [one.name, one.imageNumber]));
  const records = new Map<string, ImageRecord>();
  for (const name of recordedImages(directory)) {
    const record = readableRecord(directory, name);
    if (record && record.imageNumber === numbers.get(name)) records.set(name, record);
    else removeImageRecord(directory, name);
  }
  return records;
}

/** A record that can't be read (an older version's) is as good as none here: it is made again. */
function readableRecord(directory: string, name: string): ImageRecord | undefined {
  try {
    return readImageRecord(directory, name);
  } catch {
    return undefined;
  }
}

function countGiving(records: Map<string, ImageRecord>): number {
  return [...records.values()].filter((record) => record.empty === null).length;
}
