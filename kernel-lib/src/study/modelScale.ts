import { basename, dirname, resolve } from "node:path";
import { readManifest } from "./manifest.js";
import { deployName, parseModelName } from "./names.js";

/**
 * The scale at which a study's model was trained: working pixels per pixel of the image files; undefined for a model that
 * lies in no study's models/ or does not have its names.
 *
 * @param model the .caffemodel's path
 * @throws HistobookError `BadInput` when the study's manifest can't be read.
 * @example
 * scaleOfModel("elsewhere/1_caffenet_train_w32_iter_100.caffemodel"); // => undefined
 */
export function scaleOfModel(model: string): number | undefined {
  const folder = dirname(resolve(model));
  const name = parseModelName(basename(model));
  if (!name || basename(folder) !== dirname(deployName)) return undefined;
  const { models, databases } = readManifest(dirname(folder)) as {
    [records in "models" | "databases"]: Record<string, { scale: number } | undefined>;
  };
  return models[name.fold]?.scale ?? databases[name.fold]?.scale;
}
