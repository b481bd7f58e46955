import { PoolingParameter_PoolMethod as Method } from "../../caffe/index.js";
import { averageFactors, poolingAxes, poolingMargin, type PoolingAxis } from "../../engine/index.js";
import type { LayerGraph } from "../builder.js";
import type { Pair, Value } from "../graph.js";
import type { LayerExporter } from "./layer.js";

/** Less than any value of a network, so that padding is never the largest. */
const leastValue = -3e38;

/** Caffe's POOLING by maximum or average. */
export const pooling: LayerExporter = ({ layer, bottoms: [bottom], graph }) => {
  const axes = poolingAxes(layer, bottom.shape);
  const isAverage = layer.poolingParam?.pool === Method.AVE;
  return [isAverage ? averaged(graph, "", bottom, axes) : pooled(graph, "", bottom, axes, "maximum")];
};

/**
 * Averages over Caffe's windows. Readers of a format disagree about what a window that reaches past the input is divided
 * by; so every average is over a whole window, zeros included, and then multiplied by what makes it Caffe's.
 *
 * @param axes of rows and of columns
 */
export function averaged(graph: LayerGraph, part: string, input: Value, axes: readonly PoolingAxis[]): Value {
  const factors = averageFactors(axes);
  if (factors.every((factor) => factor === 1)) return pooled(graph, part, input, axes, "average");
  const sizes = [1, ...axes.map(({ output }) => output)];
  const whole = pooled(graph, "whole", input, axes, "average");
  return graph.arithmetic(
    part,
    whole,
    "multiply",
    graph.constant("divisors", sizes, Float32Array.from(factors)),
  );
}

function pooled(
  graph: LayerGraph,
  part: string,
  bottom: Value,
  [rows, columns]: readonly PoolingAxis[],
  method: "maximum" | "average",
): Value {
  const margins = [poolingMargin(rows), poolingMargin(columns)] as const;
  const input = padded(graph, bottom, margins, method === "maximum" ? leastValue : 0);
  const operation = {
    kind: "pooling",
    method,
    input,
    kernel: [rows.kernel, columns.kernel],
    stride: [rows.stride, columns.stride],
  } as const;
  return graph.add(part, operation, [bottom.shape[0], rows.output, columns.output]);
}

function padded(
  graph: LayerGraph,
  input: Value,
  [rows, columns]: readonly [Pair, Pair],
  value: number,
): Value {
  if ([...rows, ...columns].every((margin) => margin === 0)) return input;
  const [channels, height, width] = input.shape;
  const shape = [channels, height + rows[0] + rows[1], width + columns[0] + columns[1]];
  return graph.add("padded", { kind: "padding", input, rows, columns, value }, shape);
}
