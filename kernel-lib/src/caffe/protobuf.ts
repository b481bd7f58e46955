import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { HistobookError, messageOf } from "../foundation/errors.js";
import type { HelpTopic } from "../foundation/helpTopics.js";
import { checkStructure } from "./structure.js";

/** An error about bytes that are no whole message of the expected kind. */
export function damaged(
  topic: HelpTopic,
  subject: string,
  found: string,
  expected: string,
  cause?: unknown,
): HistobookError {
  return new HistobookError("BadInput", {
    subject,
    topic,
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
 * @param topic the errors' section of docs/troubleshooting.md
 * @throws HistobookError `BadInput` when the bytes are no such message, `Unsupported` for an HDF5 file.
 */
export function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  subject: string,
  what: string,
  topic: HelpTopic,
): MessageShape<Desc> {
  if (hdf5.every((byte, index) => bytes[index] === byte)) {
    throw new HistobookError("Unsupported", {
      subject,
      topic,
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
      topic,
      subject,
      `bytes that are cut short, damaged or of another kind (${messageOf(error)})`,
      what,
      error,
    );
  }
}
