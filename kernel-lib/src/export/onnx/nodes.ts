import { create } from "@bufbuild/protobuf";
import type { Constant } from "../graph.js";
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
} from "./generated/onnx_pb.js";

/** An attribute's value: one whole number, several, or a single precision one as `{ real }`. */
export type AttributeValue = number | readonly number[] | { real: number };

/** The operators and constants of an ONNX graph while it is written. */
export class OnnxNodes {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];

  /** Adds an operator of one output, which gives it its name. */
  add(
    type: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, AttributeValue> = {},
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.nodes.push(
      create(NodeProtoSchema, {
        opType: type,
        name: output,
        input: [...inputs],
        output: [output],
        attribute,
      }),
    );
  }

  /** Adds an array of float32; gives its name. */
  constant({ name, shape, data }: Constant): string {
    return this.tensor(name, DataType.FLOAT, shape, data);
  }

  /** Adds a list of int64; gives its name. */
  integers(name: string, values: readonly number[]): string {
    return this.tensor(name, DataType.INT64, [values.length], BigInt64Array.from(values, BigInt));
  }

  private tensor(
    name: string,
    dataType: DataType,
    shape: readonly number[],
    data: NodeJS.TypedArray,
  ): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    this.initializers.push(create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData }));
    return name;
  }
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  }
  return "real" in value
    ? create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.real })
    : create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}
