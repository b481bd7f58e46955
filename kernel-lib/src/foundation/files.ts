import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { cannotWrite } from "./cannotWrite.js";
import { giveName } from "./giveName.js";
import { removeLeftoversOnce } from "./leftovers.js";
import { unfinishedPath } from "./unfinished.js";

/**
 * Writes a file so that whatever has its final name is whole: a killed process leaves the old file or none.
 *
 * @throws HistobookError `BadInput` when the folder can't be written.
 * @example
 * import { readFileSync } from "node:fs";
 * writeWholeFile("note.txt", "whole");
 * readFileSync("note.txt", "utf8"); // => "whole"
 */
export function writeWholeFile(path: string, content: string | Uint8Array): void {
  putInPlace(path, (temporary) => writeFileSync(temporary, content));
}

/**
 * Writes many lines to one whole file without holding them all in memory.
 *
 * @throws HistobookError `BadInput` when the folder can't be written.
 * @example
 * import { readFileSync } from "node:fs";
 * writeWholeLines("lines.txt", ["one", "two"]);
 * readFileSync("lines.txt", "utf8"); // => "one\ntwo\n"
 */
export function writeWholeLines(path: string, lines: Iterable<string>): void {
  putInPlace(path, (temporary) => {
    const descriptor = openSync(temporary, "w");
    try {
      let block: string[] = [];
      for (const line of lines) {
        block.push(line, "\n");
        if (block.length >= 8192) {
          writeSync(descriptor, block.join(""));
          block = [];
        }
      }
      writeSync(descriptor, block.join(""));
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Adds to the end of a file, such as a log that others read while it grows.
 *
 * @throws HistobookError `BadInput` when it can't be written.
 */
export function appendToFile(path: string, content: string | Uint8Array): void {
  try {
    appendFileSync(path, content);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Makes a file under its temporary name, then gives it its own; a failure leaves no trace. */
function putInPlace(path: string, make: (temporary: string) => void): void {
  const temporary = unfinishedPath(path);
  removeLeftoversOnce(dirname(path));
  try {
    make(temporary);
    giveName(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw cannotWrite(path, error);
  }
}

/**
 * Makes a folder and those above it; one that is there already is left as it is.
 *
 * @throws HistobookError `BadInput` when it can't be made.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Puts a folder that is whole in the place of an older one, if there is one; both lie in the same file system.
 *
 * @throws HistobookError `BadInput` when the place can't be written or is gone.
 */
export function replaceFolder(from: string, to: string): void {
  const old = unfinishedPath(`${to}.old`);
  for (;;) {
    if (existsSync(to)) giveName(to, old);
    try {
      giveName(from, to);
      break;
    } catch (error) {
      // Another process has put its own there meanwhile.
      if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? ""))
        throw cannotWrite(to, error);
      rmSync(old, { recursive: true, force: true });
    }
  }
  rmSync(old, { recursive: true, force: true });
}

/**
 * The SHA-256 of a value's JSON text or of bytes, as 64 hexadecimal digits.
 *
 * @example
 * fingerprint(["patches", 1]) === fingerprint(["patches", 1]); // => true
 */
export function fingerprint(value: unknown): string {
  const hash = createHash("sha256");
  hash.update(value instanceof Uint8Array ? value : JSON.stringify(value));
  return hash.digest("hex");
}

/**
 * The SHA-256 of a file, as `fingerprint` of its bytes, without holding them all in memory.
 *
 * @example
 * writeWholeFile("note.txt", "whole");
 * (await fingerprintOfFile("note.txt")) === fingerprint(Buffer.from("whole")); // => true
 */
export async function fingerprintOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(block as Buffer);
  return hash.digest("hex");
}
