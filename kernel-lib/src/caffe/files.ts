import { isFieldSet } from "@bufbuild/protobuf";
import { statSync } from "node:fs";
import { join, parse } from "node:path";
import { writeWholeFile } from "../foundation/index.js";
import type { Blob } from "./blob.js";
import { SolverParameterSchema, type NetParameter, type SolverParameter } from "./generated/caffe_pb.js";
import { decodeMean, encodeMean, type MeanImage } from "./mean.js";
import { decodeModel, encodeModel, modelFile, type CaffeModel } from "./model.js";
import type { NetUse } from "./phase.js";
import { netText, parseNet, parseSolver, solverText } from "./prototxt.js";
import { decodeSolverState, encodeSolverState, stateFile, type SolverState } from "./solverState.js";
import { checkLength } from "./textFormat.js";
import { damaged } from "./protobuf.js";
import { readFileOf } from "./wholeFile.js";

/**
 * Reads a model file (the tutorial's `1_caffenet_train_w32_iter_600000.caffemodel`).
 *
 * @throws HistobookError `BadInput` when the file is missing or no sound model, `Unsupported` for HDF5.
 *
 * @example
 * readModel("test/fixtures/caffe/d/init.caffemodel").weights.get("conv1")?.[0].shape; // => [32, 3, 5, 5]
 */
export function readModel(path: string): CaffeModel {
  return decodeModel(readFileOf(modelFile, path, "models"), path);
}

/**
 * Writes a model file, whole or not at all; see `encodeModel`.
 *
 * @throws HistobookError `BadInput` when the place can't be written or the weights don't fit the network.
 */
export function writeModel(
  path: string,
  net: NetParameter,
  weights: ReadonlyMap<string, readonly Blob[]>,
  use?: NetUse,
): void {
  writeWholeFile(path, encodeModel(net, weights, use));
}

/**
 * Reads a mean image file (`.binaryproto`).
 *
 * @throws HistobookError `BadInput` when the file is missing or no mean image.
 *
 * @example
 * readMeanImage("test/fixtures/caffe/c/mean_space.binaryproto").width; // => 32
 */
export function readMeanImage(path: string): MeanImage {
  return decodeMean(readFileOf("a mean image (.binaryproto)", path, "means"), path);
}

/** Writes a mean image file (`.binaryproto`), whole or not at all. */
export function writeMeanImage(path: string, mean: MeanImage): void {
  writeWholeFile(path, encodeMean(mean));
}

/**
 * Reads a solver state file (`.solverstate`).
 *
 * @throws HistobookError `BadInput` when the file is missing or no sound solver state, `Unsupported` for HDF5.
 *
 * @example
 * readSolverState("test/fixtures/caffe/d/run_iter_10.solverstate").learnedNet; // => "run_iter_10.caffemodel"
 */
export function readSolverState(path: string): SolverState {
  return decodeSolverState(readFileOf(stateFile, path, "models"), path);
}

/** Writes a solver state file, whole or not at all. */
export function writeSolverState(path: string, state: SolverState): void {
  writeWholeFile(path, encodeSolverState(state));
}

/**
 * Reads a network's prototxt (the tutorial's `1-alexnet_traing_32w_db.prototxt`, `deploy.prototxt`).
 *
 * @throws HistobookError `BadInput` when the file is missing, or as `parseNet`.
 *
 * @example
 * readNetPrototxt("test/fixtures/caffe/d/1-net.prototxt").name; // => "CIFAR10_quick"
 */
export function readNetPrototxt(path: string): NetParameter {
  return parseNet(readTextOf(netText, path), path);
}

/**
 * Reads a solver's prototxt (the tutorial's `1-alexnet_solver_ada.prototxt`).
 *
 * As in Caffe, snapshots without a `snapshot_prefix` are named after the solver's file, and lie in the folder
 * if the prefix is one.
 *
 * @throws HistobookError `BadInput` when the file is missing, or as `parseSolver`.
 *
 * @example
 * readSolverPrototxt("test/fixtures/caffe/d/1-solver.prototxt").snapshotPrefix; // => "run"
 */
export function readSolverPrototxt(path: string): SolverParameter {
  const solver = parseSolver(readTextOf(solverText, path), path);
  const { dir, name } = parse(path);
  if (!isFieldSet(solver, SolverParameterSchema.field.snapshotPrefix))
    solver.snapshotPrefix = join(dir, name);
  else if (isFolder(solver.snapshotPrefix)) solver.snapshotPrefix = join(solver.snapshotPrefix, name);
  return solver;
}

/**
 * Reads a prototxt's text.
 *
 * @throws HistobookError `BadInput` when there is no such file or it holds no text.
 */
function readTextOf(what: string, path: string): string {
  const bytes = readFileOf(what, path, "prototxts");
  checkLength(bytes, path, what);
  if (bytes.includes(0)) throw damaged("prototxts", path, "binary data", `${what}, which is text`);
  // A byte order mark goes; what is no UTF-8 (old comments) becomes a replacement character.
  return new TextDecoder().decode(bytes);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
