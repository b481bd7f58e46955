import { create, isFieldSet } from "@bufbuild/protobuf";
import { BlobProtoSchema, type BlobProto } from "./generated/caffe_pb.js";
import { damaged } from "./protobuf.js";

/** An array of numbers with its shape, e.g. a layer's weights. */
export interface Blob {
  /** Sizes, outermost first: a convolution's weights are (outputs, inputs, height, width). */
  shape: number[];
  /** The numbers, the last size running fastest. */
  data: Float32Array;
}

/** Sizes from the outermost to the innermost, of which Caffe allows 32. */
const mostSizes = 32;

const { num, channels, height, width } = BlobProtoSchema.field;
const legacySizes = [num, channels, height, width];

/**
 * Takes an array out of Caffe's message: a new `shape`, or the four legacy sizes; single or double precision
 * (which is rounded to single).
 *
 * @param subject what an error names, e.g. the file and the layer
 * @throws HistobookError `BadInput` when a size is negative, or the sizes and the number of values disagree.
 *
 * @example
 * const proto = encodeBlob({ shape: [2, 1], data: new Float32Array([0.5, -1]) });
 * decodeBlob(proto, "run_iter_1.caffemodel, layer ip2").data; // => Float32Array [0.5, -1]
 */
export function decodeBlob(proto: BlobProto, subject: string): Blob {
  // As in Caffe, legacy sizes win over a shape.
  const legacy = legacySizes.some((size) => isFieldSet(proto, size));
  const shape = legacy
    ? [proto.num, proto.channels, proto.height, proto.width]
    : (proto.shape?.dim ?? []).map(Number);
  if (shape.length > mostSizes || shape.some((size) => !(size >= 0 && size < 2 ** 31))) {
    throw damaged(
      "models",
      subject,
      shape.length > mostSizes ? `${shape.length} sizes` : `a shape of ${shape.join(" x ")}`,
      `at most ${mostSizes} sizes, each of at least 0 and below 2^31`,
    );
  }
  const values = proto.doubleData.length > 0 ? proto.doubleData : proto.data;
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) {
    throw damaged(
      "models",
      subject,
      `${values.length} values`,
      `${expected} for a shape of ${shape.join(" x ") || "one value"}`,
    );
  }
  return { shape, data: Float32Array.from(values) };
}

/**
 * Makes Caffe's message of an array, as Caffe 9b89154 writes weights: the shape and single precision.
 *
 * @throws HistobookError `BadInput` when the sizes and the number of values disagree.
 *
 * @example
 * encodeBlob({ shape: [2], data: new Float32Array([0.5, -1]) }).data; // => [0.5, -1]
 */
export function encodeBlob(blob: Blob): BlobProto {
  const expected = blob.shape.reduce((product, size) => product * size, 1);
  if (blob.data.length !== expected) {
    throw damaged(
      "models",
      "the array to be written",
      `${blob.data.length} values`,
      `${expected} for ${blob.shape.join(" x ")}`,
    );
  }
  return create(BlobProtoSchema, {
    shape: { dim: blob.shape.map(BigInt) },
    data: Array.from(blob.data),
  });
}
