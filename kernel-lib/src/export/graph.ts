import type { Shape } from "../engine/index.js";

/**
 * A network as a few primitive operations, the same for every format that it is written in.
 *
 * Shapes are Caffe's and leave the batch out: [channels, rows, columns] or [length]. How the axes lie in a file is the
 * business of the format's own folder.
 */
export interface Graph {
  name: string;
  input: Value;
  output: Value;
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

/**
 * What a graph is made of. Arithmetic with a constant spreads the constant's sizes of 1 over the value's; one without
 * sizes is a number.
 */
export type Operation =
  /** The channels in the opposite order: RGB to BGR. */
  | { kind: "reversedChannels"; input: Value }
  | {
      kind: "arithmetic";
      operator: "add" | "subtract" | "multiply" | "power";
      left: Value;
      right: Value | Constant;
    }
  | { kind: "activation"; curve: "relu" | "sigmoid" | "tanh"; input: Value }
  /** The input where it is positive, else the input times the slope. */
  | { kind: "leakyRelu"; slope: number; input: Value }
  /** Adds rows and columns before and behind. */
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
  /** One length: channel by channel, row by row. */
  | { kind: "flattened"; input: Value }
  /** A sum of all inputs for each output. */
  | {
      kind: "product";
      input: Value;
      /** Outputs, inputs. */
      weights: Constant;
      bias: Constant | undefined;
    }
  /** Over the channels. */
  | { kind: "softmax"; input: Value };

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
