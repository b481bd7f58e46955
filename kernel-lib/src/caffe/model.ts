import { create, isFieldSet, toBinary } from "@bufbuild/protobuf";
import { decodeBlob, encodeBlob, type Blob } from "./blob.js";
import { LayerParameterSchema, NetParameterSchema, Phase, type NetParameter } from "./generated/caffe_pb.js";
import { checkOrder } from "./order.js";
import { filterNet, type NetUse } from "./phase.js";
import { damaged, decodeMessage } from "./protobuf.js";
import { upgradeNet } from "./upgrade.js";

/** A trained network. */
export interface CaffeModel {
  /** The network as it was trained, in the new syntax and without the weights. */
  net: NetParameter;
  /** By layer: its weights and, if it has one, its bias. Layers that learn nothing are not there. */
  weights: Map<string, Blob[]>;
  /** Whether the file has its layers in the old syntax (V1), which was upgraded. */
  oldSyntax: boolean;
}

export const modelFile = "a Caffe model (.caffemodel)";

/**
 * Decodes a model of any age.
 *
 * Fully connected layers' weights of old files, which have four sizes there (1 x 1 x outputs x inputs), get the
 * shape that new files give them (outputs x inputs); so do biases.
 *
 * @param subject what an error names, e.g. the file
 * @throws HistobookError `BadInput` when the bytes are no sound model, `Unsupported` for HDF5.
 *
 * @example
 * const net = parseNet('layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" }', "example");
 * const weights = new Map([["ip", [{ shape: [1, 2], data: new Float32Array([0.5, -1]) }]]]);
 * decodeModel(encodeModel(net, weights), "example").weights.get("ip")?.[0].data; // => Float32Array [0.5, -1]
 */
export function decodeModel(bytes: Uint8Array, subject: string): CaffeModel {
  const net = decodeMessage(NetParameterSchema, bytes, subject, modelFile, "models");
  const inputs = net.input;
  const oldSyntax = net.layers.length > 0;
  upgradeNet(net, subject);
  if (net.layer.length === 0) throw damaged("models", subject, "no layer", modelFile);
  checkOrder(net, subject, inputs);
  const weights = new Map<string, Blob[]>();
  for (const layer of net.layer) {
    if (layer.blobs.length === 0) continue;
    const place = `${subject}, layer "${layer.name}"`;
    if (weights.has(layer.name)) throw damaged("models", place, "weights twice", "one layer of that name");
    weights.set(
      layer.name,
      layer.blobs.map((proto, index) =>
        withNewShape(decodeBlob(proto, `${place}, array ${index}`), layer.type, index),
      ),
    );
    layer.blobs = [];
  }
  return { net, weights, oldSyntax };
}

/**
 * Encodes a model as Caffe writes it: the layers of the training phase, each with its phase and its weights
 * (byte for byte, but for the Split layers that Caffe puts in where two layers take the same blob).
 * Fields that this version doesn't know go along.
 *
 * @throws HistobookError `BadInput` for weights of a layer that the network doesn't have, or of a shape that
 * doesn't fit their number.
 *
 * @example
 * const { net, weights } = readModel("test/fixtures/caffe/d/init.caffemodel");
 * encodeModel(net, weights).length; // => 581198
 */
export function encodeModel(
  net: NetParameter,
  weights: ReadonlyMap<string, readonly Blob[]>,
  use: NetUse = { phase: Phase.TRAIN },
): Uint8Array {
  const written = filterNet(net, use);
  const names = new Set(written.layer.map((layer) => layer.name));
  for (const name of weights.keys()) {
    if (!names.has(name))
      throw damaged(
        "models",
        "the model to be written",
        `weights for layer "${name}"`,
        "a layer of that name",
      );
  }
  // Caffe always writes a name, if only an empty one.
  if (!isFieldSet(net, NetParameterSchema.field.name)) written.name = "";
  written.layer = written.layer.map((layer) => {
    const copy = Object.assign(create(LayerParameterSchema), layer);
    if (!isFieldSet(layer, LayerParameterSchema.field.phase)) copy.phase = Phase.TRAIN;
    // Loss layers set their default weight when they are built, before the model is written.
    if (isLoss(layer.type) && layer.lossWeight.length === 0) copy.lossWeight = [1];
    copy.blobs = (weights.get(layer.name) ?? []).map(encodeBlob);
    return copy;
  });
  return toBinary(NetParameterSchema, written);
}

/** Every loss of Caffe's: SoftmaxWithLoss, EuclideanLoss, HingeLoss ... */
function isLoss(type: string): boolean {
  return type.endsWith("Loss");
}

function withNewShape(blob: Blob, type: string, index: number): Blob {
  const { shape, data } = blob;
  const layersWithBias = ["Convolution", "Deconvolution", "InnerProduct"];
  if (shape.length !== 4 || !layersWithBias.includes(type)) return blob;
  const sizes = index > 0 ? 1 : type === "InnerProduct" ? 2 : 4;
  return shape.slice(0, 4 - sizes).every((size) => size === 1)
    ? { shape: shape.slice(4 - sizes), data }
    : blob;
}
