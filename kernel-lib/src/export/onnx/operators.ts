import { isConstant, type Constant, type Value, type Writers } from "../graph.js";
import type { OnnxNodes } from "./nodes.js";

const operators = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  power: "Pow",
  maximum: "Max",
  minimum: "Min",
} as const;

const curves = {
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  abs: "Abs",
  exp: "Exp",
  log: "Log",
} as const;

/** How each operation is written in ONNX, whose arrays lie as Caffe's do: batch, channels, rows, columns. */
export const onnxWriters: Writers<OnnxNodes> = {
  reversedChannels({ input }, { name, shape }, to) {
    const order = Array.from({ length: shape[0] }, (_, index) => shape[0] - 1 - index);
    to.add("Gather", [input.name, to.integers(`${name}/order`, order)], name, { axis: 1 });
  },
  arithmetic({ operator, left, right }, { name }, to) {
    to.add(operators[operator], [left.name, nameOf(right, to)], name);
  },
  curve({ curve, input }, { name }, to) {
    to.add(curves[curve], [input.name], name);
  },
  padding({ input, rows, columns, value }, { name }, to) {
    const margins = [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]];
    const filling = to.constant({ name: `${name}/filling`, shape: [], data: Float32Array.of(value) });
    to.add("Pad", [input.name, to.integers(`${name}/margins`, margins), filling], name);
  },
  pooling({ method, input, kernel, stride }, { name }, to) {
    const type = method === "maximum" ? "MaxPool" : "AveragePool";
    to.add(type, [input.name], name, { kernel_shape: kernel, strides: stride });
  },
  convolution({ input, filters, bias, stride, pad, dilation, groups }, { name }, to) {
    to.add("Conv", [input.name, ...learned([filters, bias], to)], name, {
      kernel_shape: filters.shape.slice(2),
      strides: stride,
      pads: [...pad, ...pad],
      dilations: dilation,
      group: groups,
    });
  },
  reshaped({ input }, { name, shape }, to) {
    to.add("Reshape", [input.name, to.integers(`${name}/shape`, [-1, ...shape])], name);
  },
  product({ input, weights, bias }, { name }, to) {
    to.add("Gemm", [input.name, ...learned([weights, bias], to)], name, { transB: 1 });
  },
  concatenation({ axis, inputs }, { name }, to) {
    const names = inputs.map((input) => input.name);
    to.add("Concat", names, name, { axis });
  },
  part({ axis, start, length, input }, { name }, to) {
    const bounds = { start, end: start + length, axis };
    const lists = Object.entries(bounds).map(([bound, value]) => to.integers(`${name}/${bound}`, [value]));
    to.add("Slice", [input.name, ...lists], name);
  },
  softmax({ axis, input }, { name }, to) {
    to.add("Softmax", [input.name], name, { axis });
  },
};

function nameOf(value: Value | Constant, to: OnnxNodes): string {
  return isConstant(value) ? to.constant(value) : value.name;
}

function learned(constants: (Constant | undefined)[], to: OnnxNodes): string[] {
  return constants.flatMap((one) => (one ? [to.constant(one)] : []));
}
