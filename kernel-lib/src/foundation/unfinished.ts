import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";

/** Names that start so are unfinished; they are never read, and `removeLeftovers` clears them away. */
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

/** The number of the process of this machine that makes a file of this name; undefined for another machine's. */
export function makerOf(name: string): number | undefined {
  if (!name.startsWith(ofThisMachine)) return undefined;
  return Number(name.slice(ofThisMachine.length).split("-")[0]);
}
