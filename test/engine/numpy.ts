/** Reads numpy's files, in which real Caffe's numbers are kept. */
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/** An array as numpy keeps it: C order, the last axis fastest. */
export interface NumpyArray {
  shape: number[];
  data: Float32Array | Uint8Array;
}

/** Reads a `.npy` file's bytes: float32 or uint8, little-endian, C order. */
export function parseNpy(bytes: Buffer): NumpyArray {
  if (bytes.toString("latin1", 1, 6) !== "NUMPY" || bytes[6] !== 1) throw new Error("no .npy of version 1");
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  if (!header.includes("'fortran_order': False")) throw new Error(`an order that is not C's: ${header}`);
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)![1]
    .split(",")
    .map((text) => text.trim());
  const content = new Uint8Array(bytes.subarray(start)).buffer;
  const kind = /'descr': '([^']+)'/.exec(header)![1];
  const read: Record<string, (() => Float32Array | Uint8Array) | undefined> = {
    "<f4": () => new Float32Array(content),
    "|u1": () => new Uint8Array(content),
  };
  const data = read[kind]?.();
  if (!data) throw new Error(`numbers of kind ${kind}`);
  return { shape: shape.filter((text) => text !== "").map(Number), data };
}

export function readNpy(path: string): NumpyArray {
  return parseNpy(readFileSync(path));
}

/** Reads the float32 arrays of a `.npz` archive (a zip file of `.npy` files), by name. */
export function readNpz(path: string): Map<string, NumpyArray> {
  const bytes = readFileSync(path);
  const arrays = new Map<string, NumpyArray>();
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let entry = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = bytes.readUInt16LE(entry + 28);
    const name = bytes.toString("utf8", entry + 46, entry + 46 + nameLength);
    const local = bytes.readUInt32LE(entry + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const stored = bytes.subarray(start, start + bytes.readUInt32LE(entry + 20));
    const content = bytes.readUInt16LE(entry + 10) === 8 ? inflateRawSync(stored) : Buffer.from(stored);
    // Labels are kept as float32 too; other kinds are of no interest here.
    arrays.set(name.replace(/\.npy$/, ""), parseNpy(content));
    entry += 46 + nameLength + bytes.readUInt16LE(entry + 30) + bytes.readUInt16LE(entry + 32);
  }
  return arrays;
}

/** The largest absolute difference of two arrays of one length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values beside ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    // NaN must not pass for equal.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The largest absolute value of an array. */
export function largestValue(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
