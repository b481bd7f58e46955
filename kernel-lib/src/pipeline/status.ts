import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { changedImages } from "../patches/index.js";
import { patchesFolder, readManifest, stepStatuses, type StepStatus, type Study } from "../study/index.js";

/**
 * Says for each of the five steps whether its results are there and still fit what they were made from.
 *
 * Images are compared by their content, everything after them by the manifest's chain of keys: a map is stale when its
 * network was trained anew, a network when its database is older than the lists, and so on.
 *
 * @throws HistobookError `BadInput` when the manifest or an image can't be read.
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * studyStatus(study).map(({ name, state }) => `${name}: ${state}`).slice(0, 2);
 * // => ["patches: done", "folds: missing"]
 */
export function studyStatus(study: Study): StepStatus[] {
  const images = study.cases.filter(({ maskPath }) => maskPath !== null).map(({ name }) => name);
  return stepStatuses(readManifest(study.directory), {
    files: studyFiles(study.directory),
    images,
    changed: changedImages(study),
  });
}

/** Everything in the study folder but what is in images/ and single patches. */
function studyFiles(directory: string): Map<string, number> {
  const files = new Map<string, number>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) {
        files.set(path, lstatSync(join(directory, path), { throwIfNoEntry: false })?.size ?? 0);
        continue;
      }
      files.set(path, 0);
      if (path !== patchesFolder && path !== "images") visit(path);
    }
  };
  visit("");
  return files;
}
