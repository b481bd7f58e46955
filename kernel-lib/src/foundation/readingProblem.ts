import { statSync } from "node:fs";
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

/** Whether a file is there with nothing in it: a disk was full, or a copy failed. */
export function isEmptyFile(path: string): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && status.isFile() && status.size === 0;
}
