import { readFileSync } from "node:fs";

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
 * When a process of this machine was started, by the system's own count: two processes that had one number after the other differ
 * in it, as those of a container that is started again do. Undefined where nobody knows.
 *
 * @example
 * startOfProcess(process.pid) === startOfProcess(process.pid); // => true
 */
export function startOfProcess(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name stands in brackets and may hold anything; the start is the 22nd field (proc(5)).
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
