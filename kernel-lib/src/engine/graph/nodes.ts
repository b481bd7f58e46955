import { create } from "@bufbuild/protobuf";
import { dataTypes, type Binding, type OperationAttribute, type Values } from "../nativeBackend.js";
import {
  AttrValueSchema,
  DataType,
  NodeDefSchema,
  TensorProtoSchema,
  TensorShapeProtoSchema,
  type AttrValue,
  type NodeDef,
  type TensorShapeProto,
} from "./generated/saved_model_pb.js";

/** A node of a graph: its operation, its inputs ("node:output", or "^node" for what must have run before). */
export function node(
  name: string,
  op: string,
  input: readonly string[],
  attributes: Record<string, AttrValue["value"]>,
): NodeDef {
  const attr = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, create(AttrValueSchema, { value })]),
  );
  return create(NodeDefSchema, { name, op, input: [...input], attr });
}

/** The attribute that names a type. */
export function typeAttribute(type: DataType): AttrValue["value"] {
  return { case: "type", value: type };
}

/** The attribute that gives a shape. */
export function shapeAttribute(shape: readonly number[]): AttrValue["value"] {
  return { case: "shape", value: shapeOf(shape) };
}

/** A node that holds values; an array of equal ones is written as one. */
export function constantNode(
  name: string,
  type: DataType,
  shape: readonly number[],
  values: Values,
): NodeDef {
  const isUniform =
    type === DataType.DT_FLOAT && values.length > 1 && values.every((one) => one === values[0]);
  const tensor = create(TensorProtoSchema, {
    dtype: type,
    tensorShape: shapeOf(shape),
    ...(isUniform
      ? { floatVal: [values[0]] }
      : { tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice() }),
  });
  return node(name, "Const", [], { dtype: typeAttribute(type), value: { case: "tensor", value: tensor } });
}

/** An attribute as tfjs-node gives it to TensorFlow's library, in the form in which a graph's file has it. */
export function attributeValue(
  binding: Binding,
  { name, type, value }: OperationAttribute,
): AttrValue["value"] {
  const isList = Array.isArray(value);
  switch (type) {
    case binding.TF_ATTR_STRING:
      return { case: "s", value: new TextEncoder().encode(value as string) };
    case binding.TF_ATTR_INT:
      if (!isList) return { case: "i", value: BigInt(value as number) };
      return {
        case: "list",
        value: { $typeName: "tensorflow.AttrValue.ListValue", i: value.map(BigInt), type: [] },
      };
    case binding.TF_ATTR_FLOAT:
      return { case: "f", value: value as number };
    case binding.TF_ATTR_BOOL:
      return { case: "b", value: value as boolean };
    case binding.TF_ATTR_TYPE:
      return typeAttribute(value as DataType);
    case binding.TF_ATTR_SHAPE:
      return shapeAttribute(value as readonly number[]);
    default:
      throw new Error(`attribute ${name} of the unknown kind ${type}`);
  }
}

/** The type of values in JavaScript's memory. */
export function typeOf(values: Values): (typeof dataTypes)["float32" | "int32" | "uint8"] {
  if (values instanceof Float32Array) return dataTypes.float32;
  return values instanceof Int32Array ? dataTypes.int32 : dataTypes.uint8;
}

function shapeOf(shape: readonly number[]): TensorShapeProto {
  return create(TensorShapeProtoSchema, { dim: shape.map((size) => ({ size: BigInt(size) })) });
}
