import type { io } from "@tensorflow/tfjs";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  cannotWrite,
  HistobookError,
  removeLeftoversOnce,
  replaceFolder,
  unfinishedPath,
} from "../../foundation/index.js";
import type { TensorFlowJsModel } from "./model.js";

const modelFile = "model.json";
const weightsFile = "weights.bin";

/**
 * Writes a model's folder, whole or not at all: `model.json`, which names the `weights.bin` beside it. An earlier
 * export in the same place is replaced.
 *
 * @throws HistobookError `BadInput` when the place holds something else or can't be written.
 */
export function writeTensorFlowJs(folder: string, model: TensorFlowJsModel): void {
  checkPlace(folder);
  const { weightData, weightSpecs, ...rest } = model;
  const description: io.ModelJSON = {
    ...rest,
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
  };
  const unfinished = unfinishedPath(folder);
  removeLeftoversOnce(dirname(folder));
  try {
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(join(unfinished, weightsFile), new Uint8Array(weightData));
    writeFileSync(join(unfinished, modelFile), JSON.stringify(description) + "\n");
    replaceFolder(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw cannotWrite(folder, error);
  }
}

/** Nothing but an earlier export may be replaced. */
function checkPlace(folder: string): void {
  if (!existsSync(folder)) return;
  const own = [modelFile, weightsFile];
  const isFolder = statSync(folder).isDirectory();
  if (isFolder && readdirSync(folder).every((name) => own.includes(name))) return;
  throw new HistobookError("BadInput", {
    subject: folder,
    topic: "folders",
    found: isFolder ? "a folder with other files in it" : "a file",
    expected: "a new folder, or an earlier export to TensorFlow.js",
    fix: "name another folder",
  });
}
