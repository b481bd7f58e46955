import { readModel } from "../caffe/index.js";
import type { Inspection } from "./inspection.js";
import { blobLine, summarizeBlob, warningsOf } from "./values.js";

/** What a `.caffemodel` holds: layers, shapes, numbers of learned values and their ranges. */
export function inspectModel(path: string): Inspection {
  const { net, weights, oldSyntax } = readModel(path);
  const types = new Map(net.layer.map(({ name, type }) => [name, type]));
  const layers = [...weights].map(([name, arrays]) => {
    const blobs = arrays.map(summarizeBlob);
    return {
      name,
      type: types.get(name),
      parameters: blobs.reduce((sum, { count }) => sum + count, 0),
      blobs,
    };
  });
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return {
    kind: "model",
    data: { name: net.name, parameters, oldSyntax, layers },
    lines: [
      `Model "${net.name}": ${parameters} learned values.`,
      ...(oldSyntax ? [oldModelNote] : []),
      ...layers.flatMap(({ name, blobs }) => blobs.map((blob) => `  ${name}: ${blobLine(blob)}`)),
    ],
    warnings: layers.flatMap(({ name, blobs }) =>
      blobs.flatMap((blob, index) => warningsOf(`layer "${name}", array ${index}`, blob)),
    ),
  };
}

const oldModelNote = "Its layers are in Caffe's old syntax (V1) and were upgraded on load.";
