/** Reads the scalars of a TensorBoard file: records of length, checksum, event and checksum; only what our tests need. */
import { readFileSync } from "node:fs";

type Field = { number: number; bytes?: Buffer; value?: bigint | number };

/** The fields of a protobuf message. */
function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = Number(varint());
    const [number, wire] = [key >> 3, key & 7];
    if (wire === 0) fields.push({ number, value: varint() });
    else if (wire === 1) fields.push({ number, value: take(8).readDoubleLE() });
    else if (wire === 5) fields.push({ number, value: take(4).readFloatLE() });
    else fields.push({ number, bytes: take(Number(varint())) });
  }
  return fields;
}

const field = (bytes: Buffer, number: number): Field | undefined =>
  fieldsOf(bytes).find((one) => one.number === number);

/** Every scalar of the file, in its order. */
export function scalarsIn(file: string): [step: number, name: string, value: number][] {
  const bytes = readFileSync(file);
  const scalars: [number, string, number][] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const event = bytes.subarray(at + 12, at + 12 + length);
    at += length + 16;
    const summary = field(event, 5)?.bytes;
    if (!summary) continue;
    for (const { bytes: value } of fieldsOf(summary).filter(({ number }) => number === 1)) {
      const name = field(value!, 1)!.bytes!.toString();
      scalars.push([Number(field(event, 2)?.value ?? 0), name, Number(field(value!, 2)!.value)]);
    }
  }
  return scalars;
}
