import { basename, dirname, resolve } from "node:path";
import { choiceOption, makeFolder, writeWholeFile } from "../foundation/index.js";
import { modelScale, namedModelFiles, readTrainedNetwork } from "../models/index.js";
import { notesOf, type ExportFacts, type ExportNotes } from "./about.js";
import { networkGraph } from "./network.js";
import { onnxModel } from "./onnx/model.js";
import { writeTensorFlowJs } from "./tensorflowjs/files.js";
import { tensorFlowJsModel } from "./tensorflowjs/model.js";

/** The formats that a model can be exported to: a file for onnxruntime and others, a folder for TensorFlow.js. */
export const exportFormats = ["onnx", "tfjs"] as const;

/** One of `exportFormats`. */
export type ExportFormat = (typeof exportFormats)[number];

/** How a model is exported, as the command line names it. */
export interface ExportOptions {
  to: ExportFormat;
  /** The `.onnx` file, or the folder for TensorFlow.js. */
  out: string;
  /** The deploy network's prototxt; default the one beside the model, else the tutorial's. */
  net?: string;
  /** The mean image; default the fold's, beside the model or in its study. False when the model has none. */
  mean?: string | false;
  /** Working pixels per pixel of the training images; default what the model's study says. */
  scale?: number;
}

/** What was exported. */
export interface ExportResult {
  model: string;
  /** The prototxt; null for the tutorial's own. */
  net: string | null;
  mean: string | null;
  /** Working pixels per pixel of the training images; null when nobody knows. */
  scale: number | null;
  format: ExportFormat;
  out: string;
  /** What the file says of itself. */
  notes: ExportNotes;
}

/**
 * Exports a model to an ONNX file or to a TensorFlow.js folder.
 *
 * @param model a .caffemodel; for one in a study's models/ the other files are found there
 * @throws HistobookError `BadInput` when a file is missing or damaged or the place can't be written, `ScaleMismatch`,
 * `Unsupported` for a layer that can't be exported, `BadOption`.
 * @example
 * const mean = "test/fixtures/caffe/c/mean_space.binaryproto";
 * const options = { to: "onnx" as const, out: "epithelium.onnx", mean, scale: 0.5 };
 * exportModel("test/fixtures/caffe/d/run_iter_50.caffemodel", options).notes.patch_size; // => "32"
 */
export function exportModel(model: string, options: ExportOptions): ExportResult {
  const { out, net, mean } = options;
  const format = choiceOption("--to", options.to, exportFormats);
  const files = namedModelFiles(model, { net, mean: mean === false ? null : mean });
  const scale = modelScale(files, options.scale, () => null);
  const graph = networkGraph(readTrainedNetwork(files));
  const facts: ExportFacts = { model: basename(model), scale, mean: files.mean !== null };
  const notes = notesOf(graph, format === "onnx" ? "NCHW" : "NHWC", facts);
  makeFolder(dirname(resolve(out)));
  if (format === "onnx") writeWholeFile(out, onnxModel(graph, notes));
  else writeTensorFlowJs(out, tensorFlowJsModel(graph, notes));
  return { model, net: files.deploy ?? null, mean: files.mean, scale, format, out, notes };
}
