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

/** Encodes a raw record; undefined for encoded ones and for float values. Sizes and label are checked before. */
export function encodeRawDatum(datum: Datum): Uint8Array | undefined {
  const { channels, height, width, data, label } = datum;
  if (datum.encoded || datum.floatData) return undefined;
  const bytes = new Uint8Array(
    6 +
      byteCount(channels) +
      byteCount(height) +
      byteCount(width) +
      byteCount(data.length) +
      data.length +
      byteCount(label) +
      1,
  );
  let position = 0;
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
  return bytes;
}

/** How many bytes a number of less than 2^31 takes: seven bits each. */
function byteCount(value: number): number {
  let count = 1;
  for (; value > 0x7f; value >>>= 7) count++;
  return count;
}
