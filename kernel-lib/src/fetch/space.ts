import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { HistobookError } from "../foundation/index.js";

/**
 * Makes sure that a disk has room for so many more bytes.
 *
 * @param path a file or folder that is to be made; the folder above it exists
 * @throws HistobookError `BadInput`.
 */
export function requireSpace(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  const free = bavail * bsize;
  if (bytes <= free) return;
  throw new HistobookError("BadInput", {
    subject: dirname(path),
    topic: "folders",
    found: `${megabytes(free)} MB of free disk space`,
    expected: `at least ${megabytes(bytes)} MB`,
    fix: "free some space, or name a folder on another disk",
  });
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);
