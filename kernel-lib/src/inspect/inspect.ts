import { existsSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { HistobookError, numberOption } from "../foundation/index.js";
import { manifestName } from "../study/index.js";
import { inspectDatabase } from "./database.js";
import type { InspectOptions, Inspection } from "./inspection.js";
import { inspectManifest } from "./manifest.js";
import { inspectMean } from "./meanImage.js";
import { inspectModel } from "./model.js";
import { inspectPrototxt } from "./prototxt.js";
import { inspectState } from "./solverState.js";

const meanEnding = ".binaryproto";

/** By the file's ending. */
const inspectors: Record<string, ((path: string, options: InspectOptions) => Inspection) | undefined> = {
  ".caffemodel": inspectModel,
  [meanEnding]: (path, { picture }) => inspectMean(path, picture),
  ".solverstate": inspectState,
  ".prototxt": (path, { size }) => inspectPrototxt(path, size),
};

/**
 * Says what one of the pipeline's files holds: .caffemodel, .binaryproto, .solverstate, .prototxt, a LevelDB folder,
 * a study's manifest. Old syntax is read as Caffe reads it, and said.
 *
 * @throws HistobookError `BadInput` when the file is missing, damaged, or of another kind, `BadOption` for a picture
 * of something else than a mean image, `Unsupported` for HDF5.
 * @example
 * const { kind, lines } = await inspectFile("test/fixtures/caffe/d/run_iter_50.caffemodel");
 * kind; // => "model"
 * lines[0]; // => 'Model "CIFAR10_quick": 145058 learned values.'
 */
export async function inspectFile(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const { size, picture } = options;
  if (size !== undefined) numberOption("--size", size, { minimum: 1, maximum: 4096, integer: true });
  if (picture !== undefined && extname(path) !== meanEnding) throw noPicture(path);
  if (existsSync(path) && statSync(path).isDirectory()) {
    return existsSync(join(path, manifestName)) ? inspectManifest(path) : inspectDatabase(path);
  }
  if (basename(path) === manifestName) return inspectManifest(join(path, ".."));
  const inspector = inspectors[extname(path)];
  if (inspector) return inspector(path, options);
  throw new HistobookError("BadInput", {
    subject: path,
    found: existsSync(path) ? `a file of another kind` : "no such file",
    expected: `${Object.keys(inspectors).join(", ")}, a LevelDB folder or ${manifestName}`,
    fix: "name one of the pipeline's files",
  });
}

function noPicture(path: string): HistobookError {
  return new HistobookError("BadOption", {
    subject: "--picture",
    found: `${path}, which is no mean image`,
    expected: `a mean image (${meanEnding})`,
    fix: "leave --picture out, or name a mean image",
  });
}
