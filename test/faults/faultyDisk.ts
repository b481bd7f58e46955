/** Builds `faultyDisk.c`, and says how a process is started so that its disk fails. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What becomes of a process at a certain change on disk; see `faultyDisk.c`. */
export type DiskFault = "kill" | "torn" | "terminate" | "full" | "error" | "slow" | "none";

/** A folder whose changes are counted, and the faults that can be had there. */
export interface FaultyDisk {
  /**
   * The environment in which a process meets a fault.
   *
   * @param at the number of the change at which it happens; for `slow` the microseconds that each takes longer
   */
  environment: (folder: string, fault: DiskFault, at: number) => NodeJS.ProcessEnv;
  /** How many changes the processes of the last environment have made. */
  changes: () => number;
}

/**
 * Builds the library; undefined where it can't be had: it is written for Linux and needs a C compiler.
 *
 * @param place a folder for the library and its counter
 */
export function buildFaultyDisk(place: string): FaultyDisk | undefined {
  if (process.platform !== "linux") return undefined;
  const library = join(mkdtempSync(join(place, "faulty-disk-")), "faultyDisk.so");
  const source = join(__dirname, "faultyDisk.c");
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  if (status !== 0) return undefined;
  const counter = `${library}.count`;
  return {
    environment(folder, fault, at) {
      writeFileSync(counter, new Uint8Array(4096));
      return {
        LD_PRELOAD: library,
        FAULT: fault,
        FAULT_AT: String(at),
        FAULT_FOLDER: folder,
        FAULT_COUNTER: counter,
      };
    },
    changes: () => Number(readFileSync(counter).readBigInt64LE(0)),
  };
}
