/** One record of a Caffe database: an image and its class. */
export interface Datum {
  /** Number of colour channels: 3 or 1; 0 in encoded records, whose image file says it. */
  channels: number;
  /** Pixels from top to bottom; 0 in encoded records. */
  height: number;
  /** Pixels from left to right; 0 in encoded records. */
  width: number;
  /**
   * Grey levels 0 to 255, one plane a channel in the order blue, green, red (channels, height, width); or the
   * bytes of a PNG or JPEG file when `encoded`; empty when `floatData` is there.
   */
  data: Uint8Array;
  /** The class, from 0. */
  label: number;
  /** Whether `data` is an image file. */
  encoded: boolean;
  /** Values that are no bytes, laid out as `data` is; only programs other than convert_imageset write them. */
  floatData?: Float32Array;
}

/*
 * The one layout that convert_imageset writes for raw images, written and read directly: step 3 and training have
 * hundreds of thousands of records, and the protobuf library takes several times as long. A test holds the two
 * against each other.
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

/** Decodes a raw record in exactly this layout; undefined for any other bytes, sound or not. */
export function decodeRawDatum(bytes: Uint8Array): Datum | undefined {
  let position = 0;
  /** A number of less than 2^31 after its tag; -1 when something else stands there. */
  const number = (tag: number): number => {
    if (bytes[position++] !== tag) return -1;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[position++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value < 2 ** 31 ? value : -1;
    }
    return -1;
  };
  const channels = number(channelsTag);
  const height = number(heightTag);
  const width = number(widthTag);
  const length = number(dataTag);
  const begin = position;
  position += length;
  const label = number(labelTag);
  const encoded = number(encodedTag);
  const isWhole = position === bytes.length && encoded === 0;
  if (!isWhole || Math.min(channels, height, width, length, label) < 0) return undefined;
  return { channels, height, width, data: bytesAt(bytes, begin, length), label, encoded: false };
}

/** A plain Uint8Array: a Node Buffer's subarrays are Buffers, which behave differently. */
function bytesAt(bytes: Uint8Array, begin: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + begin, length);
}
