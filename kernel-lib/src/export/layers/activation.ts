import type { Operation } from "../graph.js";
import type { LayerExporter } from "./layer.js";

const activation =
  (curve: Extract<Operation, { kind: "activation" }>["curve"]): LayerExporter =>
  ({ bottoms: [input], tops: [shape], graph }) => [
    graph.add("", { kind: "activation", curve, input }, shape),
  ];

const plainRectifier = activation("relu");

/** Caffe's RELU, with its optional negative_slope. */
export const rectifier: LayerExporter = (call) => {
  const slope = call.layer.reluParam?.negativeSlope ?? 0;
  if (slope === 0) return plainRectifier(call);
  const { bottoms, tops, graph } = call;
  return [graph.add("", { kind: "leakyRelu", slope, input: bottoms[0] }, tops[0])];
};

/** Caffe's SIGMOID. */
export const sigmoid = activation("sigmoid");

/** Caffe's TANH. */
export const hyperbolicTangent = activation("tanh");

/** Caffe's DROPOUT drops nothing outside training. */
export const dropout: LayerExporter = ({ bottoms }) => bottoms;
