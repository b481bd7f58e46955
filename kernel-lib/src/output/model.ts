import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  parseNet,
  Phase,
  readMeanImage,
  readModel,
  readNetPrototxt,
  type MeanImage,
} from "../caffe/index.js";
import { eagerClassifier, planNetwork, takeWeights, type Classifier, type Engine } from "../engine/index.js";
import { fingerprint, HistobookError, numberOption } from "../foundation/index.js";
import { deployName, meanName, readManifest, snapshotPrefix, type Manifest } from "../study/index.js";
import { deployNetTemplate, newestSnapshot } from "../training/index.js";

/** The files that make a classifier. */
export interface ModelFiles {
  /** The .caffemodel. */
  model: string;
  /** The mean image's .binaryproto. */
  mean: string;
  /** The deploy network's prototxt; undefined takes the tutorial's. */
  deploy: string | undefined;
  /** The scale at which the model was trained, where it is known. */
  scale: number | undefined;
  /** What error sentences call the model. */
  name: string;
}

/** A classifier and the fingerprint of the files that it was made from. */
export interface LoadedModel {
  classifier: Classifier;
  key: string;
}

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
): ModelFiles {
  const manifest = readManifest(directory);
  const record = manifest.models[fold] as Manifest["models"][string] | undefined;
  const size = record?.size ?? patchSizeOf(manifest);
  for (const file of [given.model, given.mean]) if (file !== undefined) requireFile(file);
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
 * The files of a model that was named by path; a deploy.prototxt beside it is taken.
 *
 * @throws HistobookError `BadInput` when one is not there.
 */
export function namedModelFiles(model: string, mean: string): ModelFiles {
  [model, mean].forEach(requireFile);
  const deploy = join(dirname(resolve(model)), "deploy.prototxt");
  return { model, mean, deploy: existsSync(deploy) ? deploy : undefined, scale: undefined, name: model };
}

/**
 * Reads a model onto the engine.
 *
 * @throws HistobookError `BadInput` when model, mean image and network don't fit together.
 */
export function loadModel(engine: Engine, files: ModelFiles): LoadedModel {
  const mean = readMeanImage(files.mean);
  const net = files.deploy ? readNetPrototxt(files.deploy) : tutorialNet(mean);
  const plan = planNetwork(net, Phase.TEST, new Map(), files.deploy);
  const weights = takeWeights(plan, readModel(files.model).weights, files.model);
  const parts = [files.model, files.mean, ...(files.deploy ? [files.deploy] : [])];
  const key = fingerprint(parts.map((file) => fingerprint(readFileSync(file))));
  return { classifier: eagerClassifier(engine, plan, weights, mean), key };
}

/**
 * The scale at which images are shown to a model: an explicit one, else the model's, else the study's.
 *
 * @throws HistobookError `BadOption`, or `ScaleMismatch` when an explicit scale is not the model's.
 */
export function outputScale(files: ModelFiles, explicit: number | undefined, fallback: () => number): number {
  if (explicit !== undefined) numberOption("--scale", explicit, { minimum: 0.001, maximum: 4 });
  if (files.scale === undefined) return explicit ?? fallback();
  if (explicit === undefined || explicit === files.scale) return files.scale;
  throw new HistobookError("ScaleMismatch", {
    subject: "--scale",
    found: `${explicit} for a model trained at scale ${files.scale}`,
    expected: "the magnification at which the model was trained",
    fix: `leave --scale out or give --scale ${files.scale}, or train at ${explicit} from step 1 on`,
  });
}

function tutorialNet(mean: MeanImage): ReturnType<typeof parseNet> {
  return parseNet(deployNetTemplate({ size: mean.height }), "the tutorial's deploy.prototxt");
}

function patchSizeOf(manifest: Manifest): number {
  return manifest.patches?.parameters.size ?? 32;
}

function requireFile(path: string): void {
  if (existsSync(path)) return;
  throw new HistobookError("BadInput", {
    subject: path,
    found: "no such file",
    expected: "a .caffemodel with --model, a .binaryproto with --mean",
    fix: "check the path",
  });
}

function missing(subject: string, found: string, expected: string, command: string): HistobookError {
  return new HistobookError("MissingStep", { subject, found, expected, fix: `run '${command}' first` });
}
