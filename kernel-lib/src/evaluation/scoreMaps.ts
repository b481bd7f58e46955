import { numberOption } from "../foundation/index.js";
import type { OutputImage } from "../output/index.js";
import { caseNamed, type Study } from "../study/index.js";
import { addLevels, countLevels, countsAt, type LevelCounts } from "./levels.js";
import { readMappedImage } from "./mappedImages.js";
import { scoresOf, type Scores } from "./scores.js";

/**
 * Compares any maps of a study's images with the masks, e.g. those that another model, mean image or scale gave: the scores of
 * all their pixels together. What a study's own folds are worth is for `evaluate`, which also says by how much chance moves it.
 *
 * @param images what `output` gave back, or some of it
 * @param threshold probability from which a pixel is epithelium, [0,1]
 * @throws HistobookError `BadInput` for an image that the study does not have, or without a mask; `BadOption`.
 * @example
 * const { model, mean } = trainedModel();
 * const [{ imagePath }] = study.cases;
 * const { images } = await output(study.directory, { image: imagePath, model, mean, stride: 32 });
 * (await scoreMaps(study, images)).accuracy !== null; // => true
 */
export async function scoreMaps(
  study: Study,
  images: readonly Pick<OutputImage, "name" | "probability">[],
  threshold = 0.5,
): Promise<Scores> {
  numberOption("threshold", threshold, { minimum: 0, maximum: 1 });
  const levels: LevelCounts[] = [];
  for (const { name, probability } of images) {
    const mapped = await readMappedImage(study, caseNamed(study, name), probability);
    levels.push(countLevels(mapped.levels, mapped.mask));
  }
  return scoresOf(countsAt(addLevels(levels), threshold));
}
