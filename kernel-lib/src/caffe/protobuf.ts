import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { readFileSync, statSync } from "node:fs";
import { HistobookError, messageOf } from "../foundation/index.js";
import { checkStructure } from "./structure.js";

/** The largest file that is read as one piece, in bytes; protobuf itself allows no more in one message. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads a whole file.
 *
 * @param what the kind of file that is expected there, for the error's sentence
 * @throws HistobookError `BadInput` when there is no such file or it can't be read.
 */
export function readFileOf(what: string, path: string): Uint8Array {
  try {
    // A device or a pipe may have no end, so that it must not even be opened.
    const status = statSync(path);
    if (!status.isFile()) {
      throw badFile(path, status.isDirectory() ? "a folder" : "something that is no file", what);
    }
    if (status.size > largestFile) throw badFile(path, `${status.size} bytes`, `${what} of at most 2 GiB`);
    // A view, since a Buffer's parts behave otherwise than a Uint8Array's.
    const content = readFileSync(path);
    return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  } catch (error) {
    if (error instanceof HistobookError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    const reasons: Record<string, string> = {
      ENOENT: "no file of that name",
      ENOTDIR: "no folder of that name above it",
      EACCES: "no permission to read it",
    };
    throw badFile(path, reasons[code] ?? code, what, error);
  }
}

function badFile(path: string, found: string, what: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    found,
    expected: what,
    fix: "check the path, or make the file again",
    cause,
  });
}

/** An error about bytes that are no whole message of the expected kind. */
export function damaged(subject: string, found: string, expected: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    found,
    expected,
    fix: "make the file again, or copy it again from where it came",
    cause,
  });
}

/** HDF5 files begin so; Caffe writes its snapshots as such where the solver says `snapshot_format: HDF5`. */
const hdf5 = [0x89, 0x48, 0x44, 0x46];

/**
 * Decodes a protobuf message; unknown fields are kept in it.
 *
 * Every length is checked against what is left before any memory is taken.
 *
 * @param what the kind of message that is expected, for the error's sentence
 * @throws HistobookError `BadInput` when the bytes are no such message, `Unsupported` for an HDF5 file.
 */
export function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  subject: string,
  what: string,
): MessageShape<Desc> {
  if (hdf5.every((byte, index) => bytes[index] === byte)) {
    throw new HistobookError("Unsupported", {
      subject,
      found: "an HDF5 file",
      expected: `${what} in Caffe's binary format`,
      fix: 'train with "snapshot_format: BINARYPROTO" in the solver, which is the default',
    });
  }
  try {
    checkStructure(schema, bytes);
    return fromBinary(schema, bytes);
  } catch (error) {
    throw damaged(
      subject,
      `bytes that are cut short, damaged or of another kind (${messageOf(error)})`,
      what,
      error,
    );
  }
}
