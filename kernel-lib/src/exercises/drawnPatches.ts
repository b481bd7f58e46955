import { patchCutter, readImageRecord, patchPlaces, type PatchPlace } from "../patches/index.js";
import {
  readImage,
  readManifest,
  type Case,
  type PatchType,
  type Raster,
  type Study,
} from "../study/index.js";
import { missing, studyStream } from "./study.js";

/** A patch of the study, and the image from which it was cut. */
export interface DrawnPatch extends PatchPlace {
  image: Case;
}

/**
 * Draws patches of step 1, as many of epithelium as chance will have it; of both classes there is at least one where there are
 * patches of both.
 *
 * @throws HistobookError `MissingStep` before step 1.
 */
export function drawPatches(study: Study, count: number, label: string): DrawnPatch[] {
  const random = studyStream(study, label);
  const classes = Array.from({ length: count }, (_, i) => (i < 2 ? i : random.integer(2)));
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [classes[i], classes[j]] = [classes[j], classes[i]];
  }
  const images = study.cases.flatMap((image) => {
    const record = readImageRecord(study.directory, image.name);
    return record && record.empty === null ? [{ image, places: [...patchPlaces(record)] }] : [];
  });
  if (images.length === 0) {
    throw missing(study.directory, "no patches", "the patches of step 1", "makePatches(study, …)");
  }
  return classes.map((epithelium) => {
    const { image, places } = images[random.integer(images.length)];
    const fitting = places.filter(({ type }) => isEpithelium(type) === (epithelium === 1));
    const from = fitting.length > 0 ? fitting : places;
    return { image, ...from[random.integer(from.length)] };
  });
}

/** Whether a type of patch has epithelium in its middle. */
export function isEpithelium(type: PatchType): boolean {
  return type === "p";
}

/** A patch's pixels. */
export async function cutPatch(
  { directory }: Study,
  { image, position, rotation }: DrawnPatch,
): Promise<Raster> {
  const { patches } = readManifest(directory);
  if (!patches) throw missing(directory, "no patches", "the patches of step 1", "makePatches(study, …)");
  const { parameters } = patches;
  const data = new Uint8Array(parameters.size * parameters.size * 3);
  patchCutter(await readImage(image.imagePath, parameters.scale), parameters).cut(position, rotation, data);
  return { width: parameters.size, height: parameters.size, channels: 3, data };
}
