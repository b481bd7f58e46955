import { version } from "../../version.js";
import type { ExportNotes } from "../about.js";
import { writeSteps, type Graph, type Value } from "../graph.js";
import { tensorShape } from "./layout.js";
import { shapeOf, TensorFlowNodes, type GraphNode, type TensorShape, type WeightSpec } from "./nodes.js";
import { tensorFlowWriters } from "./operators.js";

/** An input or output of a graph: its tensor's name, type and sizes. */
interface TensorInfo {
  name: string;
  dtype: "DT_FLOAT";
  tensorShape: TensorShape;
}

/** What `tf.loadGraphModel(tf.io.fromMemory(...))` takes. */
export interface TensorFlowJsModel {
  format: "graph-model";
  generatedBy: string;
  modelTopology: { node: GraphNode[]; library: object; versions: { producer: number } };
  signature: { inputs: Record<string, TensorInfo>; outputs: Record<string, TensorInfo> };
  userDefinedMetadata: ExportNotes;
  /** Name, shape and type of each array in `weightData`, one after another. */
  weightSpecs: WeightSpec[];
  weightData: ArrayBuffer;
}

/** The version of TensorFlow's graphs whose operators these are (TensorFlow 2.0). */
const producer = 134;

/** Writes a graph as a graph model of TensorFlow.js, with notes as its metadata. */
export function tensorFlowJsModel(graph: Graph, notes: ExportNotes): TensorFlowJsModel {
  const to = new TensorFlowNodes();
  for (const { name, shape } of graph.inputs) to.placeholder(name, [-1, ...tensorShape(shape)]);
  writeSteps(graph, tensorFlowWriters, to);
  return {
    format: "graph-model",
    generatedBy: `histobook ${version}`,
    modelTopology: { node: to.nodes, library: {}, versions: { producer } },
    signature: { inputs: signatureOf(graph.inputs), outputs: signatureOf(graph.outputs) },
    userDefinedMetadata: notes,
    weightSpecs: to.weightSpecs,
    weightData: joined(to.weights),
  };
}

function signatureOf(values: readonly Value[]): Record<string, TensorInfo> {
  const entries = values.map(({ name, shape }): [string, TensorInfo] => [
    name,
    { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: shapeOf([-1, ...tensorShape(shape)]) },
  ]);
  return Object.fromEntries(entries);
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let start = 0;
  for (const part of parts) {
    whole.set(part, start);
    start += part.length;
  }
  return whole.buffer;
}
