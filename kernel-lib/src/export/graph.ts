import type { Shape } from "../engine/index.js";

/**
 * A network as a few primitive operations, the same for every format that it is written in.
 *
 * Shapes are Caffe's and leave the batch out: [channels, rows, columns] or [length]. How the axes lie in a file is the
 * business of the format's own folder.
 */
export interface Graph {
  name: string;
  inputs: Value[];
  outputs: Value[];
  /** In an order in which each can run. */
  steps: Step[];
}

/** One operation and what it makes. */
export interface Step {
  operation: Operation;
  output: Value;
}

/** A batch of arrays that flows between operations. */
export interface Value {
  /** Letters, digits, `_`, `.`, `-` and `/`; no two values or constants of a graph have the same. */
  name: string;
  shape: Shape;
}

/** An array that is the same for every patch: weights, a bias, the mean image. */
export interface Constant extends Value {
  /** In Caffe's order, the last size running fastest. */
  data: Float32Array;
}

/** Rows, then columns. */
export type Pair = readonly [number, number];

/** Arithmetic of two arrays, value by value. */
export type Operator = "add" | "subtract" | "multiply" | "power" | "maximum" | "minimum";

/** A function of single values. */
export type Curve = "relu" | "sigmoid" | "tanh" | "abs" | "exp" | "log";

/**
 * What a graph is made of. Axes count from the batch's, which is 0.
 *
 * These are few, so that a format needs few rules, and plain, so that every reader of a format has them and agrees
 * about what they mean.
 */
export type Operation =
  /** The channels in the opposite order: RGB to BGR. */
  | { kind: "reversedChannels"; input: Value }
  /** Sizes of 1 are spread over the other's; a constant without sizes is a number. */
  | { kind: "arithmetic"; operator: Operator; left: Value; right: Value | Constant }
  | { kind: "curve"; curve: Curve; input: Value }
  /** More rows and columns, before and behind. */
  | { kind: "padding"; input: Value; rows: Pair; columns: Pair; value: number }
  /** Over the windows that lie in the input as a whole. */
  | { kind: "pooling"; method: "maximum" | "average"; input: Value; kernel: Pair; stride: Pair }
  | {
      kind: "convolution";
      input: Value;
      /** Outputs, inputs of one group, rows, columns. */
      filters: Constant;
      bias: Constant | undefined;
      stride: Pair;
      /** Zeros at either end. */
      pad: Pair;
      dilation: Pair;
      groups: number;
    }
  /** The same values, in Caffe's order, in another shape; the batch takes what is left over. */
  | { kind: "reshaped"; input: Value }
  /** For each output a sum of all inputs times weights (outputs, inputs). */
  | { kind: "product"; input: Value; weights: Constant; bias: Constant | undefined }
  | { kind: "concatenation"; axis: number; inputs: Value[] }
  /** What lies along an axis from `start` on. */
  | { kind: "part"; axis: number; start: number; length: number; input: Value }
  | { kind: "softmax"; axis: number; input: Value };

/** For each operation, how a format writes it. */
export type Writers<Target> = {
  [Kind in Operation["kind"]]: (
    operation: Extract<Operation, { kind: Kind }>,
    output: Value,
    target: Target,
  ) => void;
};

/** Writes a graph's operations one after the other. */
export function writeSteps<Target>(graph: Graph, writers: Writers<Target>, target: Target): void {
  for (const { operation, output } of graph.steps) {
    const write = writers[operation.kind] as (one: Operation, output: Value, target: Target) => void;
    write(operation, output, target);
  }
}

/** Tells a constant from what is computed. */
export function isConstant(value: Value | Constant): value is Constant {
  return "data" in value;
}
