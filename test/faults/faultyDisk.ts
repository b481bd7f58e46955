/** Builds `faultyDisk.c`, and says how a process is started so that its disk fails. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

/** Builds the library; undefined where it can't be had: it is written for Linux and needs a C compiler. */
export function buildFaultyDisk(): FaultyDisk | undefined {
  if (process.platform !== "linux") return undefined;
  // LD_PRELOAD takes spaces and colons for the end of a name.
  const place = [tmpdir(), "/tmp", "/dev/shm"].find((folder) => !/[\s:]/.test(folder) && existsSync(folder));
  if (place === undefined) return undefined;
  const folder = mkdtempSync(join(place, "faulty-disk-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const library = join(folder, "faultyDisk.so");
  const source = join(__dirname, "faultyDisk.c");
  const { status } = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  if (status !== 0) return undefined;
  // A file for each, since several may be at work at once.
  let [counter, number] = ["", 0];
  const disk: FaultyDisk = {
    environment(folder, fault, at) {
      counter = `${library}.count-${++number}`;
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
  // Whether it counts here is seen, not believed.
  const code = `require("fs").writeFileSync(${JSON.stringify(join(folder, "seen"))}, "x")`;
  spawnSync(process.execPath, ["-e", code], {
    env: { ...process.env, ...disk.environment(folder, "none", 0) },
  });
  return disk.changes() > 0 ? disk : undefined;
}
