import type { io } from "@tensorflow/tfjs";
import type { TrainedNetwork } from "../../models/index.js";
import { version } from "../../version.js";
import { notesOf, type ExportFacts } from "../about.js";
import { writeSteps, type Value } from "../graph.js";
import { networkGraph } from "../network.js";
import { shapeOf, TensorFlowNodes } from "./nodes.js";
import { tensorFlowWriters } from "./operators.js";

/** What `tf.loadGraphModel(tf.io.fromMemory(...))` takes. */
export type TensorFlowJsModel = io.ModelArtifacts & {
  modelTopology: object;
  weightSpecs: io.WeightsManifestEntry[];
  weightData: ArrayBuffer;
};

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
 * const { tf } = await loadEngine();
 * const artifacts = encodeTensorFlowJs(network, { model, scale: 0.5, mean: true });
 * const graph = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
 * graph.predict(tf.zeros([5, 32, 32, 3])).shape; // => [5, 2]
 */
export function encodeTensorFlowJs(network: TrainedNetwork, facts: ExportFacts): TensorFlowJsModel {
  const graph = networkGraph(network);
  const to = new TensorFlowNodes();
  const inputShape = channelsLast(graph.input);
  to.placeholder(graph.input.name, inputShape);
  writeSteps(graph, tensorFlowWriters, to);
  return {
    format: "graph-model",
    generatedBy: `histobook ${version}`,
    modelTopology: { node: to.nodes, library: {}, versions: { producer: graphVersion } },
    signature: {
      inputs: { [graph.input.name]: tensorInfo(graph.input.name, inputShape) },
      outputs: { [graph.output.name]: tensorInfo(graph.output.name, channelsLast(graph.output)) },
    },
    userDefinedMetadata: notesOf(graph, "NHWC", facts),
    weightSpecs: to.weightSpecs,
    weightData: joined(to.weights),
  };
}

/** TensorFlow's version of the GraphDef format whose operators these are (TensorFlow 2.0 and later). */
const graphVersion = 134;

/** A batch's sizes as TensorFlow.js has them. */
function channelsLast({ shape }: Value): number[] {
  const [channels, ...others] = shape;
  return [-1, ...others, channels];
}

function tensorInfo(name: string, shape: readonly number[]): object {
  return { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: shapeOf(shape) };
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole.buffer;
}
