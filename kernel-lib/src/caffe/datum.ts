import { create, isFieldSet, toBinary } from "@bufbuild/protobuf";
import { decodeRawDatum, isRawDatum, rawDatumLength, writeRawDatum, type Datum } from "./datumLayout.js";
import { DatumSchema } from "./generated/caffe_pb.js";
import { damaged, decodeMessage } from "./protobuf.js";

/**
 * Encodes a record byte for byte as Caffe's convert_imageset writes it: all sizes, the label and `encoded`
 * stand there even when they are 0; an encoded record has no sizes.
 *
 * @param datum channels, height, width in pixels, label of at least 0
 * @throws HistobookError `BadInput` when the sizes and the data disagree.
 *
 * @example
 * const data = new Uint8Array(3 * 32 * 32);
 * encodeDatum({ channels: 3, height: 32, width: 32, data, label: 1, encoded: false }).length; // => 3085
 */
export function encodeDatum(datum: Datum): Uint8Array {
  checkDatum(datum, written);
  if (!isRawDatum(datum)) return encodeAnyDatum(datum);
  const bytes = new Uint8Array(rawDatumLength(datum));
  writeRawDatum(datum, bytes, 0);
  return bytes;
}

/**
 * Encodes a record as `encodeDatum` does, into memory that is there already: for thousands of records, memory of
 * their own would take longer than their encoding.
 *
 * @param position where in `target` the record begins
 * @returns where it ends
 * @throws HistobookError `BadInput` when the sizes and the data disagree; RangeError when there is no room.
 *
 * @example
 * const target = new Uint8Array(64);
 * const data = new Uint8Array([10, 20, 30]);
 * encodeDatumInto(target, 0, { channels: 3, height: 1, width: 1, data, label: 1, encoded: false }); // => 15
 */
export function encodeDatumInto(target: Uint8Array, position: number, datum: Datum): number {
  checkDatum(datum, written);
  if (!isRawDatum(datum)) {
    const bytes = encodeAnyDatum(datum);
    target.set(bytes, position);
    return position + bytes.length;
  }
  const end = position + rawDatumLength(datum);
  if (end > target.length) throw new RangeError(`no room for a record of ${end - position} bytes`);
  writeRawDatum(datum, target, position);
  return end;
}

const written = "the record to be written";

/** Encodes any record through the protobuf library. */
export function encodeAnyDatum(datum: Datum): Uint8Array {
  // Caffe writes a raw record's sizes always, and gives an encoded record none.
  const size = (value: number) => (datum.encoded && value === 0 ? undefined : value);
  const sizes = { channels: size(datum.channels), height: size(datum.height), width: size(datum.width) };
  const values = datum.floatData ? { floatData: Array.from(datum.floatData) } : { data: datum.data };
  return toBinary(
    DatumSchema,
    create(DatumSchema, { ...sizes, ...values, label: datum.label, encoded: datum.encoded }),
  );
}

/**
 * Decodes a record of a Caffe database.
 *
 * The result's `data` is a view of `bytes`, not a copy: whoever keeps it keeps them.
 *
 * @param subject what an error names, e.g. the database and the key
 * @throws HistobookError `BadInput` when the bytes are no record, a size is negative, the label is negative,
 * or there are not channels x height x width values.
 *
 * @example
 * const data = new Uint8Array([10, 20, 30]);
 * const bytes = encodeDatum({ channels: 3, height: 1, width: 1, data, label: 1, encoded: false });
 * decodeDatum(bytes, "DB_train_1, key 00000000").data; // => Uint8Array [10, 20, 30]
 */
export function decodeDatum(bytes: Uint8Array, subject: string): Datum {
  const datum = decodeRawDatum(bytes) ?? decodeAnyDatum(bytes, subject);
  checkDatum(datum, subject);
  return datum;
}

/** Decodes any record through the protobuf library. */
export function decodeAnyDatum(bytes: Uint8Array, subject: string): Datum {
  const message = decodeMessage(DatumSchema, bytes, subject, "a Caffe database record (Datum)", "databases");
  const { channels, height, width, data, label, encoded } = message;
  const datum: Datum = { channels, height, width, data: asPlainArray(data), label, encoded };
  // As Caffe does it: float values count where there are no bytes.
  if (!isFieldSet(message, DatumSchema.field.data) && message.floatData.length > 0) {
    datum.floatData = Float32Array.from(message.floatData);
  }
  return datum;
}

/**
 * The values of a record that is not encoded: its bytes, or its floats where it has these instead.
 *
 * @example
 * datumValues({ channels: 1, height: 1, width: 1, data: new Uint8Array([7]), label: 0, encoded: false });
 * // => Uint8Array [7]
 */
export function datumValues(datum: Datum): Uint8Array | Float32Array {
  return datum.floatData ?? datum.data;
}

function checkDatum(datum: Datum, subject: string): void {
  const { channels, height, width, label, encoded } = datum;
  if (!isCount(channels) || !isCount(height) || !isCount(width)) {
    throw damaged(
      "databases",
      subject,
      `a size of ${channels} x ${height} x ${width}`,
      "sizes of at least 0",
    );
  }
  if (!isCount(label)) throw damaged("databases", subject, `label ${label}`, "a class from 0 on");
  if (encoded) {
    if (datum.data.length === 0)
      throw damaged("databases", subject, "an encoded record without data", "an image file in it");
    return;
  }
  const values = datumValues(datum);
  // Each size is below 2^31, so that the product stays exact or at least far too large to pass.
  const expected = channels * height * width;
  if (expected === 0 || values.length !== expected) {
    throw damaged(
      "databases",
      subject,
      `${values.length} values`,
      `${expected === 0 ? "at least one" : expected} (${channels} channels of ${height} x ${width} pixels)`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

/** The same bytes as a plain Uint8Array: a Node Buffer's subarrays are Buffers, which behave differently. */
function asPlainArray(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
