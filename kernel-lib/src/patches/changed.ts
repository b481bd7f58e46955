import { readManifest, type Study } from "../study/index.js";
import { imageKey, type MaskedCase } from "./extract.js";

/**
 * The names of the images of which the file, the mask or the number among the patient's images has changed since step 1
 * cut its patches; images that are new are not among them. Reads every image's file.
 *
 * @throws HistobookError `BadInput` when a file can't be read.
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * changedImages(study); // => []
 */
export function changedImages({ directory, cases }: Study): string[] {
  const { patches } = readManifest(directory);
  if (!patches) return [];
  const { images, parameters } = patches;
  return cases
    .filter((one): one is MaskedCase => one.maskPath !== null && one.name in images)
    .filter((one) => imageKey(one, parameters) !== images[one.name].key)
    .map(({ name }) => name);
}
