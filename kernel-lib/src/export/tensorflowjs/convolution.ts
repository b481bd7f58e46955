import { reorder } from "../../engine/index.js";
import type { Constant, Operation, Pair, Value } from "../graph.js";
import type { TensorFlowNodes } from "./nodes.js";

type Convolution = Extract<Operation, { kind: "convolution" }>;

/**
 * Writes a convolution of any padding, dilation and grouping as convolutions that every backend of TensorFlow.js knows:
 * "same" or without padding, without gaps, in one group.
 */
export function writeConvolution(operation: Convolution, { name }: Value, to: TensorFlowNodes): void {
  const { filters, bias, groups } = operation;
  const sums = bias ? `${name}/sums` : name;
  const input = paddedInput(operation, name, to);
  if (groups === 1) {
    writeGroup(operation, filters, input, sums, to);
  } else {
    const axis = to.integers(`${name}/channel_axis`, [3], []);
    const parts = to.add("Split", [axis, input], `${name}/groups`, { num_split: groups });
    const results = filtersByGroup(filters, groups).map((part, group) =>
      writeGroup(operation, part, `${parts}:${group}`, `${name}/group_${group}`, to),
    );
    to.add("ConcatV2", [...results, axis], sums, { N: groups });
  }
  if (bias) to.add("AddV2", [sums, to.reals(bias.name, bias.shape, bias.data)], name);
}

/** Tells whether a convolution's result has its input's size, which is TensorFlow's "same". */
function keepsSize({ stride, pad, dilation, filters }: Convolution): boolean {
  return [0, 1].every(
    (axis) => stride[axis] === 1 && 2 * pad[axis] === dilation[axis] * (filters.shape[2 + axis] - 1),
  );
}

function paddedInput(operation: Convolution, name: string, to: TensorFlowNodes): string {
  const { input, pad } = operation;
  if (keepsSize(operation) || pad.every((margin) => margin === 0)) return input.name;
  const margins = [0, 0, pad[0], pad[0], pad[1], pad[1], 0, 0];
  return to.add("Pad", [input.name, to.integers(`${name}/margins`, margins, [4, 2])], `${name}/padded`);
}

function writeGroup(
  operation: Convolution,
  filters: Constant,
  input: string,
  name: string,
  to: TensorFlowNodes,
): string {
  const { shape, data } = withGaps(filters, operation.dilation);
  return to.add("Conv2D", [input, to.reals(filters.name, shape, data)], name, {
    strides: [1, ...operation.stride, 1],
    dilations: [1, 1, 1, 1],
    padding: keepsSize(operation) ? "SAME" : "VALID",
    data_format: "NHWC",
  });
}

/** The filters of each group's outputs, which follow each other. */
function filtersByGroup({ name, shape, data }: Constant, groups: number): Constant[] {
  const [outputs, ...rest] = shape;
  const length = data.length / groups;
  return Array.from({ length: groups }, (_, group) => ({
    name: `${name}_${group}`,
    shape: [outputs / groups, ...rest],
    data: data.subarray(group * length, (group + 1) * length),
  }));
}

/**
 * Filters as TensorFlow keeps them (rows, columns, inputs, outputs), with zeros in the gaps of a dilation: TensorFlow.js
 * takes no gaps beside a stride.
 */
function withGaps({ shape, data }: Constant, [down, across]: Pair): { shape: number[]; data: Float32Array } {
  const [outputs, inputs, height, width] = shape;
  const tall = down * (height - 1) + 1;
  const wide = across * (width - 1) + 1;
  const values = reorder(data, [...shape], [2, 3, 1, 0]);
  const spread = new Float32Array(tall * wide * inputs * outputs);
  const pixel = inputs * outputs;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * width + x) * pixel;
      spread.set(values.subarray(source, source + pixel), (y * down * wide + x * across) * pixel);
    }
  }
  return { shape: [tall, wide, inputs, outputs], data: spread };
}
