import { totalmem } from "node:os";
import { HistobookError } from "./errors.js";

/** The memory in bytes that this process can have at most: its container's or job's limit, else the machine's. */
export function memoryLimit(): number {
  // 0 where there is no limit; a number beyond all machines where the limit is "none".
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Stops where a limit leaves too little memory: the system would end the process in the middle of its work, and nobody could say
 * why.
 *
 * @param subject what needs it, e.g. `patches`
 * @param bytes the least with which it was seen to work
 * @throws HistobookError `TooLittleMemory`.
 * @example
 * requireMemory("patches", 80 * 2 ** 20); // => undefined
 */
export function requireMemory(subject: string, bytes: number, limit = memoryLimit()): void {
  if (limit >= bytes) return;
  throw new HistobookError("TooLittleMemory", {
    subject,
    found: `a limit of ${megabytes(limit)} MB of memory`,
    expected: `at least ${megabytes(bytes)} MB`,
    fix: "raise the limit of the container, the job or the machine",
  });
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
