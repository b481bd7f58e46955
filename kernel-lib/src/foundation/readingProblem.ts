import { closeSync, openSync, readSync } from "node:fs";
import { messageOf } from "./errors.js";

const words: Record<string, string> = {
  ENOENT: "no such file",
  ENOTDIR: "a file where a folder should be",
  EISDIR: "a folder where a file should be",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  ELOOP: "a link that leads back to itself",
  ENAMETOOLONG: "a name longer than the file system takes",
};

/**
 * What was found where a file could not be read, in words.
 *
 * @example
 * readingProblem(Object.assign(new Error(), { code: "EISDIR" })); // => "a folder where a file should be"
 */
export function readingProblem(error: unknown): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return words[code] ?? `a file that can't be read (${messageOf(error)})`;
}

/**
 * What was found where an image file could not be decoded, as far as the file itself tells. The decoder's own words are left
 * out: libvips keeps them for all threads in one place, so that they may be about another file.
 *
 * @example
 * decodingProblem("no.png"); // => "no such file"
 */
export function decodingProblem(path: string): string {
  try {
    const file = openSync(path, "r");
    try {
      return readSync(file, Buffer.alloc(1)) === 0 ? "an empty file" : "a file that can't be decoded";
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return readingProblem(error);
  }
}
