import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { HistobookError, makeFolder, writeWholeFile } from "../foundation/index.js";
import { readParentList } from "../folds/index.js";
import {
  createSample,
  deployName,
  meanName,
  parentListName,
  readManifest,
  updateManifest,
  type Side,
} from "../study/index.js";

/** A network that comes with the library, trained on one fold of the sample. */
export interface TrainedModel {
  /** The .caffemodel's path. */
  model: string;
  /** The mean image's path. */
  mean: string;
  /** The deploy network's path. */
  deploy: string;
  fold: number;
  /** Working pixels per pixel of the image files that it was trained on. */
  scale: number;
  /** Those it learned from, those kept aside for the threshold, and those it has never met. */
  patients: { train: string[]; validation: string[]; test: string[] };
}

/** A study without images: the model, its mean image, its lists and its manifest, where a study has them. */
const folder = join(__dirname, "..", "..", "trained");

/**
 * The small network that comes with the library: the tutorial's, trained by the standard preset on one fold of the embedded
 * sample (`kernel-lib/trained/README.md` says how, and how good it is on its test patients).
 *
 * @returns absolute paths, and who had which part
 * @example
 * const { model, mean, scale } = trainedModel();
 * await createSample("study");
 * const { images } = await output(undefined, { image: "study/images/GT2012154_1001.tif", model, mean, stride: 32 });
 * [images[0].width, scale]; // => [224, 1]
 */
export function trainedModel(): TrainedModel {
  const [[key, { file, scale, size }]] = Object.entries(readManifest(folder).models);
  const fold = Number(key);
  const side = (name: Side): string[] => readParentList(join(folder, parentListName(name, size, fold)));
  return {
    model: join(folder, file),
    mean: join(folder, meanName(size, fold)),
    deploy: join(folder, deployName),
    fold,
    scale,
    patients: { train: side("train"), validation: side("val"), test: side("test") },
  };
}

/**
 * Makes a study from the embedded sample with a trained network in its place (`trainedModel`), so that step 5 can begin at once.
 *
 * A folder that holds such a study already is left as it is.
 *
 * @returns the study folder's absolute path
 * @throws HistobookError `BadInput` when the folder is in use for something else, another study included, or can't be written.
 * @example
 * const trained = openStudy(await createTrainedSample("trained"));
 * const { images } = await output(trained.directory, { fold: trainedModel().fold, stride: 32 });
 * images.length; // => 4
 */
export async function createTrainedSample(directory: string): Promise<string> {
  const absolute = await createSample(directory);
  const shipped = readManifest(folder);
  const { models, patches, folds } = readManifest(absolute);
  const [fold] = Object.keys(shipped.models);
  const isAnother = Object.entries(models).some(([own, { key }]) => shipped.models[own]?.key !== key);
  if (patches !== null || folds !== null || isAnother) {
    throw new HistobookError("BadInput", {
      subject: directory,
      found: "a study with patches, folds or networks of its own",
      expected: "a new folder, or the sample with the trained network",
      fix: "name another folder",
    });
  }
  if (fold in models) return absolute;
  for (const file of filesIn(folder)) {
    makeFolder(dirname(join(absolute, file)));
    writeWholeFile(join(absolute, file), readFileSync(join(folder, file)));
  }
  // The record comes last: it says that the files are whole.
  await updateManifest(absolute, (manifest) => ({ ...manifest, models: shipped.models }));
  return absolute;
}

/** The files that a study has, too: all but the manifest, which is added to, and what is told of the network. */
function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.(caffemodel|binaryproto|prototxt|txt)$/.test(file) && statSync(join(root, file)).isFile(),
  );
}
