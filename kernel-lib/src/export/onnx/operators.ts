import { isConstant, type Constant, type Value, type Writers } from "../graph.js";
import type { OnnxNodes } from "./nodes.js";

const arithmetic = { add: "Add", subtract: "Sub", multiply: "Mul", power: "Pow" } as const;
const curves = { relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh" } as const;

/** How each operation is written in ONNX, whose arrays lie as Caffe's do: batch, channels, rows, columns. */
export const onnxWriters: Writers<OnnxNodes> = {
  reversedChannels({ input }, { name, shape }, to) {
    const order = Array.from({ length: shape[0] }, (_, index) => shape[0] - 1 - index);
    to.add("Gather", [input.name, to.integers(`${name}/order`, order)], name, { axis: 1 });
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
    const pads = to.integers(`${name}/pads`, [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]]);
    const filling = to.constant({ name: `${name}/filling`, shape: [], data: Float32Array.of(value) });
    to.add("Pad", [input.name, pads, filling], name);
  },
  pooling({ method, input, kernel, stride }, { name }, to) {
    const type = method === "maximum" ? "MaxPool" : "AveragePool";
    to.add(type, [input.name], name, { kernel_shape: kernel, strides: stride });
  },
  convolution({ input, filters, bias, stride, pad, dilation, groups }, { name }, to) {
    to.add("Conv", [input.name, ...[filters, bias].flatMap((one) => (one ? to.constant(one) : []))], name, {
      kernel_shape: filters.shape.slice(2),
      strides: stride,
      pads: [...pad, ...pad],
      dilations: dilation,
      group: groups,
    });
  },
  flattened({ input }, { name }, to) {
    to.add("Flatten", [input.name], name, { axis: 1 });
  },
  product({ input, weights, bias }, { name }, to) {
    const constants = [weights, bias].flatMap((one) => (one ? to.constant(one) : []));
    to.add("Gemm", [input.name, ...constants], name, { transB: 1 });
  },
  softmax({ input }, { name }, to) {
    to.add("Softmax", [input.name], name, { axis: 1 });
  },
};

function nameOf(value: Value | Constant, to: OnnxNodes): string {
  return isConstant(value) ? to.constant(value) : value.name;
}
