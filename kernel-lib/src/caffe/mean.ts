import { create, toBinary } from "@bufbuild/protobuf";
import { decodeBlob } from "./blob.js";
import { BlobProtoSchema } from "./generated/caffe_pb.js";
import { damaged, decodeMessage } from "./protobuf.js";

/** The mean of a training database's images (the tutorial's `DB_train_w32_1.binaryproto`). */
export interface MeanImage {
  channels: number;
  /** Pixels from top to bottom. */
  height: number;
  /** Pixels from left to right. */
  width: number;
  /** Grey levels 0 to 255, one plane a channel in the order blue, green, red (channels, height, width). */
  data: Float32Array;
}

/**
 * Encodes a mean image byte for byte as Caffe's compute_image_mean writes it: four legacy sizes, no shape.
 *
 * @throws HistobookError `BadInput` when the sizes and the data disagree.
 *
 * @example
 * const mean = { channels: 3, height: 32, width: 32, data: new Float32Array(3 * 32 * 32) };
 * encodeMean(mean).length; // => 12299
 */
export function encodeMean(mean: MeanImage): Uint8Array {
  checkMean(mean, "the mean image to be written");
  const { channels, height, width, data } = mean;
  return toBinary(
    BlobProtoSchema,
    create(BlobProtoSchema, { num: 1, channels, height, width, data: Array.from(data) }),
  );
}

/**
 * Decodes a mean image: four legacy sizes, or a shape of 1 x channels x height x width or without the 1.
 *
 * @param subject what an error names, e.g. the file
 * @throws HistobookError `BadInput` when the bytes are no mean image of one picture with finite values.
 *
 * @example
 * const mean = { channels: 1, height: 1, width: 2, data: new Float32Array([161.5, 120]) };
 * decodeMean(encodeMean(mean), "mean.binaryproto"); // => { channels: 1, height: 1, width: 2, data: Float32Array [161.5, 120] }
 */
export function decodeMean(bytes: Uint8Array, subject: string): MeanImage {
  const blob = decodeBlob(
    decodeMessage(BlobProtoSchema, bytes, subject, "a mean image (BlobProto)", "means"),
    subject,
  );
  const shape = blob.shape.length === 3 ? [1, ...blob.shape] : blob.shape;
  if (shape.length !== 4 || shape[0] !== 1) {
    throw damaged(
      "means",
      subject,
      `a shape of ${blob.shape.join(" x ")}`,
      "1 x channels x height x width of one mean image",
    );
  }
  const mean: MeanImage = { channels: shape[1], height: shape[2], width: shape[3], data: blob.data };
  checkMean(mean, subject);
  return mean;
}

function checkMean({ channels, height, width, data }: MeanImage, subject: string): void {
  const count = channels * height * width;
  if (!(count > 0) || data.length !== count) {
    throw damaged(
      "means",
      subject,
      `${data.length} values for ${channels} channels of ${height} x ${width} pixels`,
      "one value a channel and pixel, and at least one",
    );
  }
  if (!data.every(Number.isFinite))
    throw damaged("means", subject, "a value that is not finite", "grey levels from 0 to 255");
}
