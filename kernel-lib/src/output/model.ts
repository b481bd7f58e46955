import { readFileSync } from "node:fs";
import { createClassifier, type Classifier, type Engine } from "../engine/index.js";
import { fingerprint } from "../foundation/index.js";
import { readTrainedNetwork, type ModelFiles } from "../models/index.js";

/** A classifier and the fingerprint of the files that it was made from. */
export interface LoadedModel {
  classifier: Classifier;
  key: string;
}

/**
 * Reads a model onto the engine.
 *
 * @throws HistobookError `BadInput` when model, mean image and network don't fit together.
 */
export function loadModel(engine: Engine, files: ModelFiles): LoadedModel {
  const { plan, weights, mean } = readTrainedNetwork(files);
  const parts = [files.model, files.mean, files.deploy].filter((file) => typeof file === "string");
  const key = fingerprint(parts.map((file) => fingerprint(readFileSync(file))));
  return { classifier: createClassifier(engine, plan, weights, mean), key };
}
