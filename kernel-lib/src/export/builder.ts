import type { Shape } from "../engine/index.js";
import type { Constant, Operation, Step, Value } from "./graph.js";

/** Takes a layer's operations; their names begin with the layer's. */
export interface LayerGraph {
  /**
   * Adds an operation.
   *
   * @param part tells it from the layer's other operations; "" for the layer's own result
   * @param shape of what it makes
   */
  add(part: string, operation: Operation, shape: Shape): Value;
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
  return {
    steps,
    layer: (layer) => ({
      add(part, operation, shape) {
        const output = { name: nameOf(layer, part), shape };
        steps.push({ operation, output });
        return output;
      },
      constant: (part, shape, data) => ({ name: nameOf(layer, part), shape, data }),
    }),
  };
}
