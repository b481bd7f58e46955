import type { Datum } from "./datum.js";

/*
 * The one layout that convert_imageset writes for raw images, written directly: step 3 writes hundreds of thousands
 * of records, and the protobuf library takes several times as long (it reads about a million a second, which is
 * enough). A test holds the two against each other.
 *
 * channels, height, width, data, label, encoded = 0, each a tag byte (field number * 8 + kind) and a value.
 */
const channelsTag = 0x08;
const heightTag = 0x10;
const widthTag = 0x18;
const dataTag = 0x22;
const labelTag = 0x28;
const encodedTag = 0x38;

/** Tells whether a record has the layout of raw images. */
export function isRawDatum(datum: Datum): boolean {
  return !datum.encoded && !datum.floatData;
}

/** The length of a raw record in bytes. Sizes and label are checked before. */
export function rawDatumLength({ channels, height, width, data, label }: Datum): number {
  const numbers = [channels, height, width, data.length, label];
  const tags = 6;
  const encoded = 1;
  return tags + numbers.reduce((sum, value) => sum + byteCount(value), 0) + data.length + encoded;
}

/** Writes a raw record into `bytes` at `position`, where there must be room. */
export function writeRawDatum(datum: Datum, bytes: Uint8Array, position: number): void {
  const { channels, height, width, data, label } = datum;
  const number = (tag: number, value: number): void => {
    bytes[position++] = tag;
    for (; value > 0x7f; value >>>= 7) bytes[position++] = (value & 0x7f) | 0x80;
    bytes[position++] = value;
  };
  number(channelsTag, channels);
  number(heightTag, height);
  number(widthTag, width);
  number(dataTag, data.length);
  bytes.set(data, position);
  position += data.length;
  number(labelTag, label);
  number(encodedTag, 0);
}

/** How many bytes a number of less than 2^31 takes: seven bits each. */
function byteCount(value: number): number {
  let count = 1;
  for (; value > 0x7f; value >>>= 7) count++;
  return count;
}
