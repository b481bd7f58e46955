import { isConstant, type Constant, type Value, type Writers } from "../graph.js";
import { writeConvolution } from "./convolution.js";
import {
  channelsFirstOrder,
  channelsLastOrder,
  isImage,
  tensorAxis,
  tensorShape,
  tensorValues,
} from "./layout.js";
import type { TensorFlowNodes } from "./nodes.js";

const operators = {
  add: "AddV2",
  subtract: "Sub",
  multiply: "Mul",
  power: "Pow",
  maximum: "Maximum",
  minimum: "Minimum",
} as const;

const curves = {
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  abs: "Abs",
  exp: "Exp",
  log: "Log",
} as const;

/** How each operation is written for TensorFlow, whose images lie otherwise: batch, rows, columns, channels. */
export const tensorFlowWriters: Writers<TensorFlowNodes> = {
  reversedChannels({ input }, { name, shape }, to) {
    to.add("ReverseV2", [input.name, to.integers(`${name}/axis`, [tensorAxis(1, shape)])], name);
  },
  arithmetic({ operator, left, right }, { name }, to) {
    to.add(operators[operator], [left.name, nameOf(right, to)], name);
  },
  curve({ curve, input }, { name }, to) {
    to.add(curves[curve], [input.name], name);
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
  reshaped({ input }, { name, shape }, to) {
    const first = isImage(input.shape)
      ? transposed(to, input.name, `${name}/channels_first`, channelsFirstOrder)
      : input.name;
    const sizes = to.integers(`${name}/shape`, [-1, ...shape]);
    if (!isImage(shape)) to.add("Reshape", [first, sizes], name);
    else transposed(to, to.add("Reshape", [first, sizes], `${name}/reshaped`), name, channelsLastOrder);
  },
  product({ input, weights, bias }, { name }, to) {
    const sums = bias ? `${name}/sums` : name;
    const matrix = to.reals(weights.name, weights.shape, weights.data);
    to.add("MatMul", [input.name, matrix], sums, { transpose_a: false, transpose_b: true });
    if (bias) to.add("AddV2", [sums, to.reals(bias.name, bias.shape, bias.data)], name);
  },
  concatenation({ axis, inputs }, { name, shape }, to) {
    const names = inputs.map((input) => input.name);
    const along = to.integers(`${name}/axis`, [tensorAxis(axis, shape)], []);
    to.add("ConcatV2", [...names, along], name, { N: names.length });
  },
  part({ axis, start, input }, { name, shape }, to) {
    const along = tensorAxis(axis, shape);
    const sizes = [-1, ...tensorShape(shape)];
    const begin = sizes.map((_, place) => (place === along ? start : 0));
    const bounds = [to.integers(`${name}/begin`, begin), to.integers(`${name}/size`, sizes)];
    to.add("Slice", [input.name, ...bounds], name);
  },
  softmax({ axis, input }, { name, shape }, to) {
    const along = tensorAxis(axis, shape);
    const last = shape.length;
    if (along === last) {
      to.add("Softmax", [input.name], name);
      return;
    }
    // TensorFlow takes a softmax along the last axis alone.
    const order = [0, ...shape].map((_, place) => (place === along ? last : place === last ? along : place));
    const turned = transposed(to, input.name, `${name}/turned`, order);
    transposed(to, to.add("Softmax", [turned], `${name}/softmax`), name, order);
  },
};

function transposed(to: TensorFlowNodes, input: string, name: string, order: readonly number[]): string {
  return to.add("Transpose", [input, to.integers(`${name}/order`, order)], name);
}

function nameOf(value: Value | Constant, to: TensorFlowNodes): string {
  return isConstant(value) ? to.reals(value.name, tensorShape(value.shape), tensorValues(value)) : value.name;
}
