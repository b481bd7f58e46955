import { existsSync, opendirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { classOfType, parsePatchName, patchesFolder, type PatchName } from "../study/index.js";
import { patchCount, type ImageRecord } from "./record.js";

/** Finds the record that describes a patch's file; undefined when none does. */
type Describe = (patch: PatchName) => ImageRecord | undefined;

/**
 * Tells which images have all their patches in `subs/`; one that lacks a file must be cut again.
 *
 * @param records by image name
 */
export function completeImages(directory: string, records: Map<string, ImageRecord>): Set<string> {
  const describe = describer(records.values());
  const found = new Map<ImageRecord, number>();
  for (const file of filesIn(directory)) {
    const patch = parsePatchName(file);
    const record = patch && describe(patch);
    if (record) found.set(record, (found.get(record) ?? 0) + 1);
  }
  const complete = [...records].filter(([, record]) => (found.get(record) ?? 0) === patchCount(record));
  return new Set(complete.map(([name]) => name));
}

/**
 * Removes the patches in `subs/` that no record describes: those of other parameters and of images that are
 * gone. Files whose names are not a patch's stay.
 */
export function removeStalePatches(directory: string, records: Iterable<ImageRecord>): void {
  const describe = describer(records);
  for (const file of filesIn(directory)) {
    const patch = parsePatchName(file);
    if (patch && !describe(patch)) rmSync(join(directory, patchesFolder, file), { force: true });
  }
}

function describer(records: Iterable<ImageRecord>): Describe {
  const byImage = new Map<string, ImageRecord>();
  for (const record of records) byImage.set(`${record.patient}_${record.imageNumber}`, record);
  return (patch) => {
    const record = byImage.get(`${patch.patient}_${patch.imageNumber}`);
    const described =
      record !== undefined &&
      patch.class === classOfType(patch.type) &&
      patch.number <= record.positions[patch.type].length &&
      record.rotations.includes(patch.rotation);
    return described ? record : undefined;
  };
}

/** One name at a time: there may be a million. */
function* filesIn(directory: string): Generator<string> {
  const folder = join(directory, patchesFolder);
  if (!existsSync(folder)) return;
  const entries = opendirSync(folder, { bufferSize: 1024 });
  try {
    for (let entry = entries.readSync(); entry; entry = entries.readSync()) yield entry.name;
  } finally {
    entries.closeSync();
  }
}
