import type { LayerGraph } from "../builder.js";
import type { Constant, Value } from "../graph.js";
import type { LayerExporter } from "./layer.js";

/** Caffe's RELU, with its optional negative_slope. */
export const rectifier: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const slope = layer.reluParam?.negativeSlope ?? 0;
  return [slope === 0 ? graph.curve("", input, "relu") : sloping(graph, input, slope)];
};

/** Caffe's PRELU: a slope below zero for each channel, or one for all. */
export const parametricRectifier: LayerExporter = ({ bottoms: [input], blobs: [{ shape, data }], graph }) => {
  // The channels' axis is the first one behind the batch's.
  const sizes = shape.length === 0 ? [] : [...shape, ...input.shape.slice(1).fill(1)];
  return [sloping(graph, input, graph.constant("slopes", sizes, data))];
};

/** Caffe's ELU: below zero alpha * (e^x - 1). */
export const exponentialRectifier: LayerExporter = ({ layer, bottoms: [input], graph }) => {
  const powers = graph.curve("powers", graph.arithmetic("negative", input, "minimum", 0), "exp");
  const below = graph.arithmetic("below", powers, "subtract", 1);
  const scaled = graph.arithmetic("scaled", below, "multiply", layer.eluParam?.alpha ?? 1);
  return [graph.arithmetic("", scaled, "add", graph.curve("positive", input, "relu"))];
};

function sloping(graph: LayerGraph, input: Value, slopes: Constant | number): Value {
  const negative = graph.arithmetic("negative", input, "minimum", 0);
  const below = graph.arithmetic("below", negative, "multiply", slopes);
  return graph.arithmetic("", below, "add", graph.curve("positive", input, "relu"));
}
