import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { HistobookError } from "./errors.js";
import { giveName } from "./giveName.js";

/** Names that start so are unfinished; they are never read, and `removeUnfinished` clears them away. */
export const unfinishedPrefix = ".unfinished-";

/** Compute nodes share folders but not process numbers, so a maker is known by its machine and its number. */
const ofThisMachine = `${unfinishedPrefix}${hostname()}-`;

/**
 * The temporary name under which a file or folder is made before it gets its final name.
 *
 * It lies in the same folder, because a rename is only all-or-nothing within one file system.
 *
 * @example
 * import { dirname } from "node:path";
 * dirname(unfinishedPath("study/histobook.json")); // => "study"
 */
export function unfinishedPath(path: string): string {
  return join(dirname(path), `${ofThisMachine}${process.pid}-${threadId}-${basename(path)}`);
}

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

/** Makes a file under its temporary name, then gives it its own; a failure leaves no trace. */
function putInPlace(path: string, make: (temporary: string) => void): void {
  const temporary = unfinishedPath(path);
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

/** Puts a folder that is whole in the place of an older one, if there is one; both lie in the same file system. */
export function replaceFolder(from: string, to: string): void {
  const old = unfinishedPath(`${to}.old`);
  if (existsSync(to)) giveName(to, old);
  giveName(from, to);
  rmSync(old, { recursive: true, force: true });
}

/** Removes what killed processes of this machine left half written in a folder. */
export function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(ofThisMachine)) continue;
    const maker = Number(name.slice(ofThisMachine.length).split("-")[0]);
    if (!isRunning(maker)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Tells whether a process with this number runs on this machine. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
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

/**
 * Turns what the file system says about writing to a path into one clear sentence; any other error is given
 * back as it is.
 */
export function cannotWrite(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error instanceof HistobookError) return error;
  const reasons: Record<string, string> = {
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "a read-only file system",
    ENOSPC: "a full disk",
    ENOTDIR: "a file where a folder should be",
    EEXIST: "a file where a folder should be",
    EISDIR: "a folder where a file should be",
    ENOENT: "no folder of that name",
  };
  return new HistobookError("BadInput", {
    subject: path,
    found: reasons[code] ?? code,
    expected: "a place to write to",
    fix:
      code === "ENOSPC"
        ? "free some space and run the step again"
        : "choose another folder or change its permissions",
    cause: error,
  });
}
