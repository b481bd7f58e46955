import type { Tensor, TensorFlow } from "./tensorflow.js";

/** One attribute of an operation, as tfjs-node hands it to TensorFlow's library. */
export interface OperationAttribute {
  name: string;
  /** One of the binding's TF_ATTR_... */
  type: number;
  value: string | number | boolean | readonly number[];
}

/** A tensor on the native side. */
export interface NativeTensor {
  id: number;
  shape: number[];
  /** TensorFlow's number of the type. */
  dtype: number;
}

/** Values of a tensor in JavaScript's memory: float32, int32, or 8 bits. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** The functions of tfjs-node's addon, as far as they are used here; tensors are known by numbers. */
export interface Binding {
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_Version?: string;
  createTensor(shape: readonly number[], dtype: number, values: Values): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Values;
  executeOp(
    name: string,
    attributes: readonly OperationAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** Runs what the outputs need; names are `node:output`, separated by commas. */
  runSavedModel(
    session: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): NativeTensor[];
}

/** The parts of tfjs-node's backend that are not in TensorFlow.js's types. */
export interface NativeBackend {
  binding: Binding;
  isUsingGpuDevice?: boolean;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  /** Makes a tensor of TensorFlow.js of a native one. */
  createOutputTensor(made: NativeTensor): Tensor;
}

/** TensorFlow's numbers of the types that are used here. */
export const dataTypes = { float32: 1, float64: 2, int32: 3, uint8: 4 } as const;

/** Runs operations of TensorFlow's that TensorFlow.js does not have, one after the other, each on the one before's result. */
export function runNative(
  backend: NativeBackend,
  inputs: readonly Tensor[],
  operations: readonly NativeOperation[],
): Tensor {
  const { binding } = backend;
  let ids = backend.getInputTensorIds(inputs);
  let made: NativeTensor | undefined;
  for (const { op, types, numbers = {} } of operations) {
    const attributes = [
      ...Object.entries(types).map(([name, value]) => {
        return { name, type: binding.TF_ATTR_TYPE, value: dataTypes[value] };
      }),
      ...Object.entries(numbers).map(([name, value]) => ({ name, type: binding.TF_ATTR_INT, value })),
    ];
    const [next] = binding.executeOp(op, attributes, ids, 1);
    if (made) binding.deleteTensor(made.id);
    made = next;
    ids = [next.id];
  }
  return backend.createOutputTensor(made!);
}

/** An operation of TensorFlow's: its name, the types that it asks for, and its whole numbers. */
export interface NativeOperation {
  op: string;
  types: Record<string, keyof typeof dataTypes>;
  numbers?: Record<string, number>;
}

/** tfjs-node's backend when it is the one that runs, else undefined. */
export function nativeBackendOf(tf: TensorFlow): NativeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : undefined;
}
