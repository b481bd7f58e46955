import { readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { appendToFile, makeFolder, writeWholeFile } from "../foundation/index.js";

/** A file of scalars that TensorBoard shows while it grows. */
export interface TensorBoardFile {
  scalar(name: string, value: number, step: number): void;
  /** TensorBoard sees what was written before this. */
  flush(): void;
}

/**
 * Starts an event file in a folder of its own; event files that are there already are of an earlier run of the same, and
 * are removed.
 *
 * The format: records of a length, its checksum, a protobuf message Event and its checksum (TensorFlow's
 * record_writer.h and event.proto). Written here because tfjs-node's writer needs the native engine, and goes on writing
 * into a removed file when the same folder is opened twice.
 *
 * @throws HistobookError `BadInput` for a folder that can't be written.
 */
export function startTensorBoardFile(folder: string): TensorBoardFile {
  makeFolder(folder);
  const prefix = "events.out.tfevents.";
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name));
  const seconds = Math.floor(Date.now() / 1000);
  const path = join(folder, `${prefix}${seconds}.${hostname()}.${process.pid}`);
  writeWholeFile(path, recordOf(event().tag(3, WireType.LengthDelimited).string("brain.Event:2").finish()));
  let waiting: Uint8Array[] = [];
  return {
    scalar(name, value, step) {
      const scalar = new BinaryWriter();
      scalar.tag(1, WireType.LengthDelimited).string(name);
      scalar.tag(2, WireType.Bit32).float(value);
      const summary = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(scalar.finish());
      const whole = event().tag(2, WireType.Varint).int64(step);
      whole.tag(5, WireType.LengthDelimited).bytes(summary.finish());
      waiting.push(recordOf(whole.finish()));
    },
    flush() {
      appendToFile(path, Buffer.concat(waiting));
      waiting = [];
    },
  };
}

/** An Event that happened now. */
function event(): BinaryWriter {
  return new BinaryWriter().tag(1, WireType.Bit64).double(Date.now() / 1000);
}

function recordOf(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return record;
}

const { buf: crc32c } = require("crc-32/crc32c") as { buf: (data: Uint8Array) => number };

/** TensorFlow masks the checksum, since one over data that holds checksums would be weak. */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c(data) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
