import { EltwiseParameter_EltwiseOp as Eltwise } from "../../caffe/index.js";
import type { LayerGraph } from "../builder.js";
import type { Operator, Value } from "../graph.js";
import type { LayerExporter, LearnedBlob } from "./layer.js";

/** Caffe's ELTWISE: the sum (with `coeff` each its factor), the product or the maximum of several blobs. */
export const elementwise: LayerExporter = ({ layer, bottoms, graph }) => {
  const { operation = Eltwise.SUM, coeff = [] } = layer.eltwiseParam ?? {};
  const operators = { [Eltwise.SUM]: "add", [Eltwise.PROD]: "multiply", [Eltwise.MAX]: "maximum" } as const;
  const terms = bottoms.map((blob, index) => {
    const factor = coeff.at(index) ?? 1;
    return factor === 1 ? blob : graph.arithmetic(`term_${index}`, blob, "multiply", factor);
  });
  const [first, ...others] = terms;
  const result = others.reduce(
    (before, blob, index) =>
      graph.arithmetic(
        index === others.length - 1 ? "" : `first_${index + 2}`,
        before,
        operators[operation],
        blob,
      ),
    first,
  );
  return [result];
};

/** Caffe's SCALE: its input times learned factors or times its second input; with `bias_term` plus learned addends. */
export const scale: LayerExporter = ({ bottoms: [input, given], blobs, graph }) => {
  const factors = given as Value | undefined;
  if (factors) return [withSpread(graph, "", input, "multiply", factors)];
  if (blobs.length === 1) return [withLearned(graph, "", input, "multiply", blobs[0])];
  return [withLearned(graph, "", withLearned(graph, "scaled", input, "multiply", blobs[0]), "add", blobs[1])];
};

/** Caffe's BIAS: its input plus learned addends or plus its second input. */
export const bias: LayerExporter = ({ bottoms: [input, given], blobs: [learned], graph }) => [
  (given as Value | undefined)
    ? withSpread(graph, "", input, "add", given)
    : withLearned(graph, "", input, "add", learned),
];

function withLearned(
  graph: LayerGraph,
  part: string,
  input: Value,
  operator: Operator,
  { spread, data }: LearnedBlob,
): Value {
  return graph.arithmetic(
    part,
    input,
    operator,
    graph.constant(operator === "add" ? "addends" : "factors", spread, data),
  );
}

/** Arithmetic with a blob that covers the input's first axes. */
function withSpread(graph: LayerGraph, part: string, input: Value, operator: Operator, blob: Value): Value {
  const sizes = input.shape.map((_, axis) => blob.shape[axis] ?? 1);
  const right =
    blob.shape.length === input.shape.length
      ? blob
      : graph.add("spread", { kind: "reshaped", input: blob }, sizes);
  return graph.arithmetic(part, input, operator, right);
}
