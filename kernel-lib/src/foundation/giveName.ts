import { renameSync } from "node:fs";

/** What a rename needs of its machine. */
export interface RenamingMachine {
  platform: NodeJS.Platform;
  rename: (from: string, to: string) => void;
  /** Waits, in milliseconds. */
  pause: (milliseconds: number) => void;
}

const thisMachine: RenamingMachine = {
  platform: process.platform,
  rename: renameSync,
  pause: (milliseconds) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds),
};

/** Together three quarters of a second. */
const pauses = [10, 20, 40, 80, 100, 100, 100, 100, 100, 100];

/**
 * Gives a whole file or folder its final name, all or nothing; an older file of that name is replaced.
 *
 * On Windows a virus scanner or a picture viewer that has the older file open for a moment stands in the way, so there it is tried
 * again for nearly a second.
 *
 * @throws the file system's error
 */
export function giveName(from: string, to: string, machine: RenamingMachine = thisMachine): void {
  for (const milliseconds of machine.platform === "win32" ? pauses : []) {
    try {
      machine.rename(from, to);
      return;
    } catch (error) {
      if (!["EPERM", "EACCES", "EBUSY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      machine.pause(milliseconds);
    }
  }
  machine.rename(from, to);
}
