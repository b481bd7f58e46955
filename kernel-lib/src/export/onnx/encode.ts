import { create, toBinary } from "@bufbuild/protobuf";
import type { TrainedNetwork } from "../../models/index.js";
import { version } from "../../version.js";
import { notesOf, type ExportFacts } from "../about.js";
import { writeSteps, type Value } from "../graph.js";
import { networkGraph } from "../network.js";
import {
  ModelProtoSchema,
  TensorProto_DataType,
  ValueInfoProtoSchema,
  type ValueInfoProto,
} from "./generated/onnx_pb.js";
import { OnnxNodes } from "./nodes.js";
import { onnxWriters } from "./operators.js";

/** ONNX's own version of November 2020 (1.8) and its operators: whatever reads ONNX today reads them. */
const irVersion = 7n;
const operatorSet = 13n;

/**
 * Encodes a trained network as an ONNX model, whose metadata say how it is used.
 *
 * Its input `patches` is float32, N x 3 x size x size: red, green, blue, rows from the top, grey levels 0 to 255. Its
 * output `probability` is float32, N x classes, [0,1]. The mean image is subtracted within. N is free.
 *
 * @throws HistobookError `Unsupported` for a layer that can't be exported or a network that classifies no patches,
 * `BadInput` when the mean image does not fit.
 * @example
 * const model = "test/fixtures/caffe/d/init.caffemodel";
 * const network = readTrainedNetwork({ model, mean: null });
 * encodeOnnx(network, { model, scale: 0.5, mean: false }).length > 4 * 145_000; // => true
 */
export function encodeOnnx(network: TrainedNetwork, facts: ExportFacts): Uint8Array {
  const graph = networkGraph(network);
  const to = new OnnxNodes();
  writeSteps(graph, onnxWriters, to);
  const notes = Object.entries(notesOf(graph, "NCHW", facts));
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      opsetImport: [{ domain: "", version: operatorSet }],
      producerName: "histobook",
      producerVersion: version,
      docString: notes.map(([name, value]) => `${name}: ${value}\n`).join(""),
      metadataProps: notes.map(([key, value]) => ({ key, value })),
      graph: {
        name: graph.name || "network",
        input: [valueInfo(graph.input)],
        output: [valueInfo(graph.output)],
        node: to.nodes,
        initializer: to.initializers,
      },
    }),
  );
}

function valueInfo({ name, shape }: Value): ValueInfoProto {
  const batch = { case: "dimParam", value: "N" } as const;
  const sizes = shape.map((size) => ({ case: "dimValue", value: BigInt(size) }) as const);
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: { dim: [batch, ...sizes].map((value) => ({ value })) },
        },
      },
    },
  });
}
