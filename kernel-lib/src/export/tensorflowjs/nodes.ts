/** A value of a node's attribute, as protobuf's JSON writes a GraphDef: numbers and bytes as text. */
type AttributeValue =
  | { i: string }
  | { f: number }
  | { b: boolean }
  | { s: string }
  | { type: string }
  | { list: { i: string[] } }
  | { shape: TensorShape }
  | { tensor: { dtype: string; tensorShape: TensorShape } };

/** An array's sizes; -1 is free. */
export interface TensorShape {
  dim: { size: string }[];
}

/** One node of a GraphDef. */
export interface GraphNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, AttributeValue>;
}

/** A node's attributes as one thinks of them: texts, whole numbers, lists of them, truths, `{ real }`. */
type Attributes = Record<string, string | number | boolean | readonly number[] | { real: number }>;

const types = { float32: "DT_FLOAT", int32: "DT_INT32" } as const;

/** What TensorFlow.js must know of an array to read it. */
export interface WeightSpec {
  name: string;
  shape: number[];
  dtype: keyof typeof types;
}

/** The nodes and weights of a TensorFlow.js graph while it is written. */
export class TensorFlowNodes {
  readonly nodes: GraphNode[] = [];
  readonly weightSpecs: WeightSpec[] = [];
  readonly weights: Uint8Array[] = [];

  /** Adds a node; gives its name. */
  add(op: string, inputs: readonly string[], name: string, attributes: Attributes = {}): string {
    const attr: GraphNode["attr"] = { T: { type: types.float32 } };
    for (const [key, value] of Object.entries(attributes)) attr[key] = attributeOf(value);
    this.nodes.push({ name, op, input: [...inputs], attr });
    return name;
  }

  /** Adds the input. */
  placeholder(name: string, shape: readonly number[]): void {
    const attr = { dtype: { type: types.float32 }, shape: { shape: shapeOf(shape) } };
    this.nodes.push({ name, op: "Placeholder", input: [], attr });
  }

  /** Adds an array of float32; gives its name. */
  reals(name: string, shape: readonly number[], data: Float32Array): string {
    return this.constant(name, "float32", shape, data);
  }

  /** Adds whole numbers, as a list or as a table of rows of two; gives the name. */
  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(name, "int32", shape, Int32Array.from(values));
  }

  private constant(
    name: string,
    dtype: keyof typeof types,
    shape: readonly number[],
    data: Float32Array | Int32Array,
  ): string {
    const tensor = { dtype: types[dtype], tensorShape: shapeOf(shape) };
    this.nodes.push({
      name,
      op: "Const",
      input: [],
      attr: { dtype: { type: types[dtype] }, value: { tensor } },
    });
    this.weightSpecs.push({ name, shape: [...shape], dtype });
    this.weights.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return name;
  }
}

/** The sizes of an array as a GraphDef writes them. */
export function shapeOf(shape: readonly number[]): TensorShape {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

function attributeOf(value: Attributes[string]): AttributeValue {
  switch (typeof value) {
    case "string":
      return { s: Buffer.from(value).toString("base64") };
    case "number":
      return { i: String(value) };
    case "boolean":
      return { b: value };
    default:
      return "real" in value ? { f: value.real } : { list: { i: value.map(String) } };
  }
}
