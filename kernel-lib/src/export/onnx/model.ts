import { create, toBinary } from "@bufbuild/protobuf";
import { version } from "../../version.js";
import type { ExportNotes } from "../about.js";
import { writeSteps, type Graph, type Value } from "../graph.js";
import {
  ModelProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
  type ValueInfoProto,
} from "./generated/onnx_pb.js";
import { OnnxNodes } from "./nodes.js";
import { onnxWriters } from "./operators.js";

/** ONNX's own version of November 2020 (1.8) and its operators, which newer readers know too. */
const irVersion = 7n;
const operatorSet = 13n;

/** Writes a graph as an ONNX model, with notes as its metadata. */
export function onnxModel(graph: Graph, notes: ExportNotes): Uint8Array {
  const to = new OnnxNodes();
  writeSteps(graph, onnxWriters, to);
  const lines = Object.entries(notes);
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      opsetImport: [{ domain: "", version: operatorSet }],
      producerName: "histobook",
      producerVersion: version,
      docString: lines.map(([name, value]) => `${name}: ${value}\n`).join(""),
      metadataProps: lines.map(([key, value]) => ({ key, value })),
      graph: {
        name: graph.name || "network",
        input: graph.inputs.map(valueInfo),
        output: graph.outputs.map(valueInfo),
        node: to.nodes,
        initializer: to.initializers,
      },
    }),
  );
}

function valueInfo({ name, shape }: Value): ValueInfoProto {
  const batch = { case: "dimParam", value: "N" } as const;
  const sizes = shape.map((size) => ({ case: "dimValue", value: BigInt(size) }) as const);
  const dim = [batch, ...sizes].map((value) => ({ value }));
  const tensor = { elemType: TensorProto_DataType.FLOAT, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensor } } });
}
