import { HistobookError } from "../../foundation/index.js";
import {
  dataTypes,
  type Binding,
  type NativeBackend,
  type NativeTensor,
  type OperationAttribute,
  type Values,
} from "../nativeBackend.js";
import type { Tensor, TensorFlow, Variable } from "../tensorflow.js";
import type { DataType, NodeDef } from "./generated/saved_model_pb.js";
import { attributeValue, constantNode, node, shapeAttribute, typeAttribute } from "./nodes.js";

/** A value that is given to a graph each time that it runs. */
export interface GraphInput {
  name: string;
  type: DataType;
  shape: readonly number[];
}

/** A value that a graph keeps from one run to the next. */
export interface KeptValue {
  shape: readonly number[];
  initial: Float32Array;
}

/** What was recorded. */
export interface Recording {
  nodes: NodeDef[];
  inputs: GraphInput[];
  kept: KeptValue[];
  /** The nodes that replace kept values, which a run that is to change them must wait for. */
  changes: string[];
  /** Where each output comes from, as "node:output". */
  outputs: string[];
}

/**
 * Records the operations that TensorFlow.js gives to TensorFlow's library one by one, as the nodes of one graph.
 *
 * Stands between tfjs-node's backend and its addon: each operation is run once, on values that don't matter, and written
 * down. So whatever the eager way computes on this engine, its gradients included, becomes a graph without being written
 * a second time.
 */
export class Recorder {
  private readonly nodes: NodeDef[] = [];
  private readonly inputs: GraphInput[] = [];
  private readonly kept: (KeptValue & { variable: Variable; id: number })[] = [];
  /** Where each tensor comes from, by its number: "node:output". */
  private readonly sources = new Map<number, string>();
  /** Values that came from JavaScript, by the number of their tensor; those that a node needs become constants. */
  private readonly constants = new Map<
    number,
    { shape: readonly number[]; type: DataType; values: Values }
  >();

  constructor(private readonly backend: NativeBackend) {}

  /** Runs `body` with everything that it gives to the addon written down. */
  record(tf: TensorFlow, body: () => readonly Tensor[]): Recording {
    const { binding } = this.backend;
    const outputs: string[] = [];
    this.backend.binding = this.recordingBinding(binding);
    try {
      tf.tidy(() => {
        outputs.push(...this.backend.getInputTensorIds(body()).map((id) => this.sourceOf(id)));
      });
      const changes = this.kept.flatMap((one, index) => this.changeOf(one, index));
      const kept = this.kept.map(({ shape, initial }) => ({ shape, initial }));
      return { nodes: this.nodes, inputs: this.inputs, kept, changes, outputs };
    } finally {
      this.backend.binding = binding;
    }
  }

  /**
   * A tensor whose values are given when the graph runs; bytes are given as such and come as float32.
   *
   * @param shape as it is recorded
   * @param options.free axes along which a run may give another length, if no operation was recorded that asks for the length
   */
  input(
    name: string,
    kind: "float32" | "int32" | "uint8",
    shape: readonly number[],
    { free = [] }: { free?: readonly number[] } = {},
  ): Tensor {
    const { binding } = this.backend;
    const type = dataTypes[kind] as DataType;
    const places = shape.map((length, axis) => (free.includes(axis) ? -1 : length));
    const attributes = { dtype: typeAttribute(type), shape: shapeAttribute(places) };
    this.nodes.push(node(name, "Placeholder", [], attributes));
    this.inputs.push({ name, type, shape });
    const id = binding.createTensor(shape, type, zeros(kind, shape));
    this.constants.delete(id);
    this.sources.set(id, `${name}:0`);
    if (kind !== "uint8") return this.backend.createOutputTensor({ id, shape: [...shape], dtype: type });
    const conversion = [
      { name: "SrcT", type: binding.TF_ATTR_TYPE, value: type },
      { name: "DstT", type: binding.TF_ATTR_TYPE, value: dataTypes.float32 },
      { name: "Truncate", type: binding.TF_ATTR_BOOL, value: false },
    ];
    const [made] = binding.executeOp("Cast", conversion, [id], 1);
    binding.deleteTensor(id);
    return this.backend.createOutputTensor(made);
  }

  /** Makes a variable one that the graph keeps: what is assigned to it here is assigned in every run. */
  keep(variable: Variable): void {
    const [id] = this.backend.getInputTensorIds([variable]);
    const { shape, values } = this.constants.get(id)!;
    const place = `kept_${this.kept.length}`;
    const type = { dtype: typeAttribute(dataTypes.float32) };
    this.nodes.push(
      node(place, "VarHandleOp", [], {
        ...type,
        shape: shapeAttribute(shape),
        shared_name: { case: "s", value: new TextEncoder().encode(place) },
      }),
      node(`${place}_read`, "ReadVariableOp", [`${place}:0`], type),
      node(`${place}_given`, "Placeholder", [], { ...type, shape: shapeAttribute(shape) }),
      // What is given lies in JavaScript's memory, which TensorFlow's threads must not be the last to let go of.
      node(`${place}_copy`, "DeepCopy", [`${place}_given:0`], { T: typeAttribute(dataTypes.float32) }),
      node(`${place}_set`, "AssignVariableOp", [`${place}:0`, `${place}_copy:0`], type),
    );
    this.sources.set(id, `${place}_read:0`);
    this.kept.push({ variable, id, shape, initial: values as Float32Array });
  }

  /** Frees the variables that were kept; the graph has its own. */
  dispose(): void {
    this.kept.forEach(({ variable }) => variable.dispose());
  }

  private recordingBinding(binding: Binding): Binding {
    const own: Partial<Binding> = {
      executeOp: (name, attributes, inputs, outputs) => {
        const made = binding.executeOp(name, attributes, inputs, outputs);
        this.addOperation(binding, name, attributes, inputs, made);
        return made;
      },
      createTensor: (shape, type, values) => {
        const id = binding.createTensor(shape, type, values);
        this.constants.set(id, { shape: [...shape], type, values });
        return id;
      },
      tensorDataSync: () => {
        throw new HistobookError("Unsupported", {
          subject: "graph",
          found: "a layer that reads its values while the network runs",
          expected: "layers of tensor operations alone",
          fix: "run this network with single operations (eagerLearner, eagerClassifier)",
        });
      },
    };
    // The addon's functions are read-only, so assigning to them by name would fail.
    const recording = Object.create(binding) as Binding;
    for (const [name, value] of Object.entries(own)) Object.defineProperty(recording, name, { value });
    return recording;
  }

  private addOperation(
    binding: Binding,
    op: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly number[],
    made: readonly NativeTensor[],
  ): void {
    const name = `${op}_${this.nodes.length}`;
    const values = attributes.map((one) => [one.name, attributeValue(binding, one)] as const);
    this.nodes.push(
      node(
        name,
        op,
        inputs.map((id) => this.sourceOf(id)),
        Object.fromEntries(values),
      ),
    );
    made.forEach(({ id }, output) => this.sources.set(id, `${name}:${output}`));
  }

  private sourceOf(id: number): string {
    const known = this.sources.get(id);
    if (known !== undefined) return known;
    const constant = this.constants.get(id);
    if (!constant) throw new Error(`tensor ${id} was made before the recording began`);
    const name = `constant_${this.nodes.length}`;
    this.nodes.push(constantNode(name, constant.type, constant.shape, constant.values));
    this.constants.delete(id);
    this.sources.set(id, `${name}:0`);
    return `${name}:0`;
  }

  /** The node that replaces a kept value, when the variable has another one by now. */
  private changeOf({ variable, id }: { variable: Variable; id: number }, index: number): string[] {
    const [now] = this.backend.getInputTensorIds([variable]);
    if (now === id) return [];
    const place = `kept_${index}`;
    const name = `${place}_change`;
    const inputs = [`${place}:0`, this.sourceOf(now), `^${place}_read`];
    this.nodes.push(node(name, "AssignVariableOp", inputs, { dtype: typeAttribute(dataTypes.float32) }));
    return [name];
  }
}

function zeros(kind: "float32" | "int32" | "uint8", shape: readonly number[]): Values {
  const length = shape.reduce((product, size) => product * size, 1);
  if (kind === "float32") return new Float32Array(length);
  return kind === "int32" ? new Int32Array(length) : new Uint8Array(length);
}
