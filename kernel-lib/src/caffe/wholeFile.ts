import { readFileSync, statSync } from "node:fs";
import { HistobookError, messageOf, type HelpTopic } from "../foundation/index.js";

/** The largest file that is read as one piece, in bytes; protobuf itself allows no more in one message. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads a whole file.
 *
 * @param what the kind of file that is expected there, for the error's sentence
 * @param topic the errors' section of docs/troubleshooting.md
 * @throws HistobookError `BadInput` when there is no such file or it can't be read.
 */
export function readFileOf(what: string, path: string, topic: HelpTopic): Uint8Array {
  try {
    // A device or a pipe may have no end, so that it must not even be opened.
    const status = statSync(path);
    if (!status.isFile()) {
      throw badFile(topic, path, status.isDirectory() ? "a folder" : "something that is no file", what);
    }
    if (status.size === 0) throw badFile(topic, path, "an empty file", what);
    if (status.size > largestFile)
      throw badFile(topic, path, `${status.size} bytes`, `${what} of at most 2 GiB`);
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
    throw badFile(topic, path, reasons[code] ?? code, what, error);
  }
}

function badFile(
  topic: HelpTopic,
  path: string,
  found: string,
  what: string,
  cause?: unknown,
): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic,
    found,
    expected: what,
    fix: "check the path, or make the file again",
    cause,
  });
}
