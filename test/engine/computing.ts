/** Computes a body of tensor operations in either of an engine's ways. */
import type { Tensor } from "@tensorflow/tfjs";
import type { Computation, Engine } from "../../kernel-lib/dist/engine/index.js";
import { Graph } from "../../kernel-lib/dist/engine/graph/graph.js";
import { tensorFlowOf } from "../../kernel-lib/dist/engine/tensorflow.js";
import { takeValues } from "../../kernel-lib/dist/engine/values.js";

/** A value that is given to a body, by its name. */
export interface Given {
  name: string;
  kind: "float32" | "int32";
  shape: readonly number[];
  data: ArrayLike<number>;
}

/** Runs `body` on what it is given, operation by operation or recorded as a graph, and reads its results. */
export async function compute(
  engine: Engine,
  computation: Computation,
  given: readonly Given[],
  body: (tensors: ReadonlyMap<string, Tensor>) => Tensor[],
): Promise<Float32Array[]> {
  const tf = tensorFlowOf(engine);
  const values = given.map(({ kind, data }) =>
    kind === "int32" ? Int32Array.from(data) : Float32Array.from(data),
  );
  const floats = (tensors: Tensor[]) => tensors.map((tensor) => tf.cast(tensor, "float32"));
  if (computation === "operations") {
    const results = tf.tidy(() => {
      const tensors = given.map(({ name, kind, shape }, i): [string, Tensor] => [
        name,
        tf.tensor(values[i], [...shape], kind),
      ]);
      return floats(body(new Map(tensors)));
    });
    return takeValues(tf, results);
  }
  const graph = Graph.compile(tf, (recorder) => {
    const tensors = given.map(({ name, kind, shape }): [string, Tensor] => [
      name,
      recorder.input(name, kind, shape),
    ]);
    return floats(body(new Map(tensors)));
  });
  try {
    return graph.run(new Map(given.map(({ name }, i) => [name, values[i]])));
  } finally {
    graph.dispose();
  }
}
