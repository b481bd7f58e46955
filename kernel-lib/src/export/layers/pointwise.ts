import type { Curve, Value } from "../graph.js";
import type { LayerGraph } from "../builder.js";
import type { LayerExporter } from "./layer.js";

const curveLayer =
  (curve: Curve): LayerExporter =>
  ({ bottoms: [input], graph }) => [graph.curve("", input, curve)];

/** Caffe's SIGMOID. */
export const sigmoid = curveLayer("sigmoid");

/** Caffe's TANH. */
export const hyperbolicTangent = curveLayer("tanh");

/** Caffe's ABSVAL. */
export const absoluteValue = curveLayer("abs");

/** Caffe's BNLL, log(1 + e^x), in the form that does not overflow. */
export const binomialLogLikelihood: LayerExporter = ({ bottoms: [input], graph }) => {
  const size = graph.curve("size", input, "abs");
  const power = graph.curve("power", graph.arithmetic("negative", size, "multiply", -1), "exp");
  const tail = graph.curve("tail", graph.arithmetic("sum", power, "add", 1), "log");
  return [graph.arithmetic("", tail, "add", graph.curve("positive", input, "relu"))];
};

/** Caffe's POWER: (shift + scale * x) ^ power. */
export const power: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const { power: exponent = 1, scale = 1, shift = 0 } = layer.powerParam ?? {};
  // Caffe does not look at the input then.
  if (exponent * scale === 0) return [line(graph, "", input, 0, exponent === 0 ? 1 : shift ** exponent)];
  if (exponent === 1) return [line(graph, "", input, scale, shift)];
  const base = line(graph, "base", input, scale, shift);
  // A square by a product: a power of what is negative is not a number everywhere.
  return [
    exponent === 2
      ? graph.arithmetic("", base, "multiply", base)
      : graph.arithmetic("", base, "power", exponent),
  ];
};

/** Caffe's EXP: base ^ (shift + scale * x); without a base, e. */
export const exponential: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const { base = -1, scale = 1, shift = 0 } = layer.expParam ?? {};
  const logarithm = base === -1 ? 1 : Math.log(base);
  return [graph.curve("", line(graph, "exponent", input, logarithm * scale, logarithm * shift), "exp")];
};

/** Caffe's LOG: the logarithm of shift + scale * x; without a base, the natural one. */
export const logarithm: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const { base = -1, scale = 1, shift = 0 } = layer.logParam ?? {};
  const natural = graph.curve("natural", line(graph, "inner", input, scale, shift), "log");
  return [graph.arithmetic("", natural, "multiply", base === -1 ? 1 : 1 / Math.log(base))];
};

/** scale * x + shift. */
function line(graph: LayerGraph, part: string, input: Value, scale: number, shift: number): Value {
  const scaled = graph.arithmetic(part === "" ? "scaled" : `${part}_scaled`, input, "multiply", scale);
  return graph.arithmetic(part, scaled, "add", shift);
}
