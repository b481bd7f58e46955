/** What runs exported graphs: each runtime takes and gives arrays in Caffe's order, whatever lies between. */
import * as ort from "onnxruntime-web";
import { reorder } from "../../kernel-lib/dist/engine/index.js";
import type { TensorFlow } from "../../kernel-lib/dist/engine/tensorflow.js";
import type { Graph } from "../../kernel-lib/dist/export/graph.js";
import { onnxModel } from "../../kernel-lib/dist/export/onnx/model.js";
import { tensorFlowJsModel } from "../../kernel-lib/dist/export/tensorflowjs/model.js";

/** An array with its batch, in Caffe's order. */
export interface BatchArray {
  shape: readonly number[];
  data: Float32Array;
}

/** Runs a graph; gives its outputs by name. */
export type Runtime = (
  graph: Graph,
  inputs: ReadonlyMap<string, BatchArray>,
) => Promise<Map<string, BatchArray>>;

/** Microsoft's onnxruntime as WebAssembly. */
export const onnxRuntime: Runtime = async (graph, inputs) => {
  const session = await openOnnx(onnxModel(graph, {}));
  const feeds = [...inputs].map(([name, { shape, data }]): [string, ort.Tensor] => [
    name,
    new ort.Tensor("float32", data, shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: data as Float32Array },
    ]),
  );
};

/** Opens an ONNX file's bytes. */
export function openOnnx(bytes: Uint8Array): Promise<ort.InferenceSession> {
  ort.env.wasm.numThreads = 1;
  // Its warnings, e.g. about a graph without operators, are no failures.
  return ort.InferenceSession.create(bytes, { executionProviders: ["wasm"], logSeverityLevel: 3 });
}

/** TensorFlow.js on the backend that is set. */
export function tensorFlowRuntime(tf: TensorFlow): Runtime {
  return async (graph, inputs) => {
    const model = await tf.loadGraphModel(tf.io.fromMemory(tensorFlowJsModel(graph, {})));
    const names = graph.outputs.map(({ name }) => name);
    const tensors = Object.fromEntries(
      [...inputs].map(([name, array]) => {
        const { shape, data } = turned(array, [0, 2, 3, 1]);
        return [name, tf.tensor(data, [...shape])];
      }),
    );
    const results = [model.execute(tensors, names)].flat();
    const outputs = results.map((tensor, index): [string, BatchArray] => {
      const array = { shape: tensor.shape, data: tensor.dataSync() as Float32Array };
      return [names[index], turned(array, [0, 3, 1, 2])];
    });
    tf.dispose([Object.values(tensors), results]);
    model.dispose();
    return new Map(outputs);
  };
}

/** A batch of images with its axes in another order; other arrays as they are. */
function turned({ shape, data }: BatchArray, order: number[]): BatchArray {
  if (shape.length !== 4) return { shape, data };
  return { shape: order.map((axis) => shape[axis]), data: reorder(data, [...shape], order) };
}
