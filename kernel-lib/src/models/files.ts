import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { HistobookError, type HelpTopic } from "../foundation/index.js";
import {
  deployName,
  meanName,
  parseModelName,
  readManifest,
  scaleOfModel,
  snapshotPrefix,
  type Manifest,
  type ModelName,
} from "../study/index.js";
import { newestSnapshot } from "../training/index.js";

/** The files that make a classifier. */
export interface ModelFiles {
  /** The .caffemodel. */
  model: string;
  /** The mean image's .binaryproto; null when the model was trained without one. */
  mean: string | null;
  /** The deploy network's prototxt; undefined takes the tutorial's. */
  deploy: string | undefined;
  /** The scale at which the model was trained, where it is known. */
  scale: number | undefined;
  /** What error sentences call the model. */
  name: string;
}

const modelFile = "a trained model (.caffemodel)";
const meanFile = "a mean image (.binaryproto)";

/**
 * Finds a fold's model and mean image in a study, as histobook or Caffe left them; named ones come first.
 *
 * @throws HistobookError `MissingStep` when the fold has no model or no mean image, `BadInput` when a named one is
 * not there.
 */
export function foldModelFiles(
  directory: string,
  fold: number,
  given: { model?: string; mean?: string } = {},
): ModelFiles & { mean: string } {
  const manifest = readManifest(directory);
  const record = manifest.models[fold] as Manifest["models"][string] | undefined;
  const size = record?.size ?? patchSizeOf(manifest);
  if (given.model !== undefined) requireFile(given.model, modelFile, "models");
  if (given.mean !== undefined) requireFile(given.mean, meanFile, "means");
  const model =
    given.model ??
    (record
      ? join(directory, record.file)
      : newestSnapshot(join(directory, "models", snapshotPrefix(size, fold)), "model"));
  if (model === undefined || !existsSync(model)) {
    throw missing(
      directory,
      `no model of fold ${fold}`,
      "a trained model",
      `histobook train ${directory} --fold ${fold}`,
    );
  }
  const mean = given.mean ?? join(directory, meanName(size, fold));
  if (!existsSync(mean)) {
    throw missing(
      directory,
      `no ${meanName(size, fold)}`,
      "the mean image",
      `histobook databases ${directory} --fold ${fold}`,
    );
  }
  const deploy = join(directory, deployName);
  return {
    model,
    mean,
    deploy: existsSync(deploy) ? deploy : undefined,
    scale: given.model === undefined ? record?.scale : undefined,
    name: `fold ${fold}'s model`,
  };
}

/**
 * The files of a model that was named by path. What is not given is sought where histobook, Caffe and the tutorial put
 * it: deploy.prototxt beside the model; the mean image of the model's fold beside it or in its study; the fold's scale
 * in the study's manifest.
 *
 * @param given.mean null for a model that was trained without a mean image
 * @throws HistobookError `BadInput` when a file is not there or no mean image is found.
 */
export function namedModelFiles(
  model: string,
  given: { net?: string; mean?: string | null } = {},
): ModelFiles {
  requireFile(model, modelFile, "models");
  if (given.net !== undefined) requireFile(given.net, "a network (deploy.prototxt)", "prototxts");
  if (typeof given.mean === "string") requireFile(given.mean, meanFile, "means");
  const folder = dirname(resolve(model));
  const fold = parseModelName(basename(model));
  const deploy = given.net ?? join(folder, basename(deployName));
  return {
    model,
    mean: given.mean === undefined ? foldMean(model, folder, fold) : given.mean,
    deploy: existsSync(deploy) ? deploy : undefined,
    scale: scaleOfModel(model),
    name: model,
  };
}

function foldMean(model: string, folder: string, fold: ModelName | undefined): string {
  if (!fold) throw noMean(model, "a name that does not say the fold, and so not the mean image");
  const name = meanName(fold.size, fold.fold);
  const mean = [folder, dirname(folder)].map((place) => join(place, name)).find((path) => existsSync(path));
  if (mean === undefined) throw noMean(model, `no ${name} beside it or above its folder`);
  return mean;
}

function noMean(model: string, found: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: model,
    topic: "means",
    found,
    expected: "the mean image of the database that the model was trained on",
    fix: "name it with --mean, or say --no-mean if the model was trained without one",
  });
}

function patchSizeOf(manifest: Manifest): number {
  return manifest.patches?.parameters.size ?? 32;
}

function requireFile(path: string, expected: string, topic: HelpTopic): void {
  if (existsSync(path)) return;
  throw new HistobookError("BadInput", {
    subject: path,
    topic,
    found: "no such file",
    expected,
    fix: "check the path",
  });
}

function missing(subject: string, found: string, expected: string, command: string): HistobookError {
  return new HistobookError("MissingStep", { subject, found, expected, fix: `run '${command}' first` });
}
