import { reorder } from "../../engine/index.js";
import { isConstant, type Constant, type Value, type Writers } from "../graph.js";
import { writeConvolution } from "./convolution.js";
import type { TensorFlowNodes } from "./nodes.js";

const arithmetic = { add: "AddV2", subtract: "Sub", multiply: "Mul", power: "Pow" } as const;
const curves = { relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh" } as const;

/** How each operation is written for TensorFlow, whose images lie otherwise: batch, rows, columns, channels. */
export const tensorFlowWriters: Writers<TensorFlowNodes> = {
  reversedChannels({ input }, { name, shape }, to) {
    to.add("ReverseV2", [input.name, to.integers(`${name}/axis`, [shape.length])], name);
  },
  arithmetic({ operator, left, right }, { name }, to) {
    to.add(arithmetic[operator], [left.name, nameOf(right, to)], name);
  },
  activation({ curve, input }, { name }, to) {
    to.add(curves[curve], [input.name], name);
  },
  leakyRelu({ slope, input }, { name }, to) {
    to.add("LeakyRelu", [input.name], name, { alpha: { real: slope } });
  },
  padding({ input, rows, columns, value }, { name }, to) {
    const margins = to.integers(`${name}/margins`, [0, 0, ...rows, ...columns, 0, 0], [4, 2]);
    const filling = to.reals(`${name}/filling`, [], Float32Array.of(value));
    to.add("PadV2", [input.name, margins, filling], name);
  },
  pooling({ method, input, kernel, stride }, { name }, to) {
    to.add(method === "maximum" ? "MaxPool" : "AvgPool", [input.name], name, {
      ksize: [1, ...kernel, 1],
      strides: [1, ...stride, 1],
      padding: "VALID",
      data_format: "NHWC",
    });
  },
  convolution: writeConvolution,
  flattened({ input }, { name, shape }, to) {
    // Caffe's order is channels first.
    const order = to.integers(`${name}/order`, [0, 3, 1, 2]);
    const channelsFirst = to.add("Transpose", [input.name, order], `${name}/channels_first`);
    to.add("Reshape", [channelsFirst, to.integers(`${name}/shape`, [-1, ...shape])], name);
  },
  product({ input, weights, bias }, { name }, to) {
    const sums = bias ? `${name}/sums` : name;
    const matrix = to.reals(weights.name, weights.shape, weights.data);
    to.add("MatMul", [input.name, matrix], sums, { transpose_a: false, transpose_b: true });
    if (bias) to.add("AddV2", [sums, to.reals(bias.name, bias.shape, bias.data)], name);
  },
  softmax({ input }, { name }, to) {
    to.add("Softmax", [input.name], name);
  },
};

function nameOf(value: Value | Constant, to: TensorFlowNodes): string {
  if (!isConstant(value)) return value.name;
  const { name, shape, data } = value;
  if (shape.length !== 3) return to.reals(name, shape, data);
  const [channels, rows, columns] = shape;
  return to.reals(name, [rows, columns, channels], reorder(data, [...shape], [1, 2, 0]));
}
