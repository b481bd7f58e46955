import type { Shape } from "../engine/index.js";
import type { Constant, Curve, Operation, Operator, Step, Value } from "./graph.js";

/**
 * Takes a layer's operations. Each has a `part`, which tells it from the layer's others; that of the layer's own result
 * is "".
 */
export interface LayerGraph {
  /** Adds an operation that makes something of a shape. */
  add(part: string, operation: Operation, shape: Shape): Value;
  /** Adds arithmetic with another value, a constant or a number; it makes something of the left one's shape. */
  arithmetic(part: string, left: Value, operator: Operator, right: Value | Constant | number): Value;
  /** Adds a function of single values. */
  curve(part: string, input: Value, curve: Curve): Value;
  /** Makes a constant; only those that an operation takes are written. */
  constant(part: string, shape: Shape, data: Float32Array): Constant;
}

/** Collects the operations of a network's layers, each under a name of its own. */
export interface GraphBuilder {
  readonly steps: Step[];
  layer(name: string): LayerGraph;
}

/** @param reserved names that the ends of the graph have */
export function graphBuilder(reserved: readonly string[]): GraphBuilder {
  const steps: Step[] = [];
  const taken = new Set(reserved);
  const nameOf = (layer: string, part: string): string => {
    // Of the formats TensorFlow's has the narrowest rule.
    const base = `${layer.replace(/[^\w.-]/g, "_") || "layer"}${part === "" ? "" : `/${part}`}`;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  };
  const layer = (name: string): LayerGraph => {
    const constant: LayerGraph["constant"] = (part, shape, data) => ({
      name: nameOf(name, part),
      shape,
      data,
    });
    const add: LayerGraph["add"] = (part, operation, shape) => {
      const output = { name: nameOf(name, part), shape };
      steps.push({ operation, output });
      return output;
    };
    return {
      add,
      constant,
      arithmetic(part, left, operator, right) {
        const operand = typeof right === "number" ? constant("number", [], Float32Array.of(right)) : right;
        return add(part, { kind: "arithmetic", operator, left, right: operand }, left.shape);
      },
      curve: (part, input, curve) => add(part, { kind: "curve", curve, input }, input.shape),
    };
  };
  return { steps, layer };
}
