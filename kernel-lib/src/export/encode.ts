import type { TrainedNetwork } from "../models/index.js";
import { notesOf, type ExportFacts } from "./about.js";
import { networkGraph } from "./network.js";
import { onnxModel } from "./onnx/model.js";
import { tensorFlowJsModel, type TensorFlowJsModel } from "./tensorflowjs/model.js";

/**
 * Encodes a trained network as an ONNX model, whose metadata say how it is used.
 *
 * Its input `patches` is float32, N x 3 x size x size: red, green, blue, rows from the top, grey levels 0 to 255. Its
 * output `probability` is float32, N x classes, [0,1]. The mean image is subtracted within. N is free.
 *
 * @throws HistobookError `Unsupported` for a layer that can't be exported or a network that classifies no patches,
 * `BadInput` when the mean image does not fit.
 * @example
 * const model = "test/fixtures/caffe/d/init.caffemodel";
 * const network = readTrainedNetwork({ model, mean: null });
 * encodeOnnx(network, { model, scale: 0.5, mean: false }).length > 4 * 145_000; // => true
 */
export function encodeOnnx(network: TrainedNetwork, facts: ExportFacts): Uint8Array {
  const graph = networkGraph(network);
  return onnxModel(graph, notesOf(graph, "NCHW", facts));
}

/**
 * Encodes a trained network as a graph model of TensorFlow.js, which runs on all its backends.
 *
 * Its input `patches` is float32, N x size x size x 3: rows from the top, red, green, blue, grey levels 0 to 255. Its
 * output `probability` is float32, N x classes, [0,1]. The mean image is subtracted within. N is free.
 *
 * @throws HistobookError `Unsupported` for a layer that can't be exported or a network that classifies no patches,
 * `BadInput` when the mean image does not fit.
 * @example
 * const model = "test/fixtures/caffe/d/run_iter_50.caffemodel";
 * const mean = "test/fixtures/caffe/c/mean_space.binaryproto";
 * const network = readTrainedNetwork({ model, mean });
 * const tf = (await loadEngine()).tf as typeof import("@tensorflow/tfjs");
 * const artifacts = encodeTensorFlowJs(network, { model, scale: 0.5, mean: true });
 * const graph = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
 * graph.predict(tf.zeros([5, 32, 32, 3])).shape; // => [5, 2]
 */
export function encodeTensorFlowJs(network: TrainedNetwork, facts: ExportFacts): TensorFlowJsModel {
  const graph = networkGraph(network);
  return tensorFlowJsModel(graph, notesOf(graph, "NHWC", facts));
}
