import { cpSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cannotWrite, removeLeftoversOnce, unfinishedPath } from "../foundation/index.js";

/** What Linux calls file systems that lie on other machines: linux/magic.h, and Lustre's, GPFS' and BeeGFS' own. */
const networkTypes = new Set([
  0x6969, // NFS
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x517b, // SMB
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x00c36400, // Ceph
  0x01021997, // 9P
  0x5346414f, // AFS
]);

/**
 * Tells whether the number that Linux gives a kind of file system is that of one on other machines.
 *
 * @example
 * isNetworkFileSystem(0x6969); // => true
 */
export function isNetworkFileSystem(type: number): boolean {
  // Some systems give the number with a sign.
  return networkTypes.has(type >>> 0);
}

/** Tells whether a file or folder lies on other machines; what is not there does not. */
export function isOnNetwork(path: string): boolean {
  try {
    return process.platform === "linux" && isNetworkFileSystem(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** A copy on this machine's own disk. */
export interface LocalCopy {
  path: string;
  /** Removes the copy. */
  remove: () => void;
}

/**
 * Copies a database to this machine's own disk (TMPDIR): LevelDB locks and writes when it opens a database, which network file
 * systems do slowly or not at all.
 *
 * @returns the copy's path, and what removes it; that of a process that was killed goes with the next copy
 * @throws HistobookError `BadInput` on a full disk.
 */
export function copyToThisMachine(path: string): LocalCopy {
  removeLeftoversOnce(tmpdir());
  // Two of one name may be open at once, for two studies or two phases.
  const copy = unfinishedPath(join(tmpdir(), `${copies++}-${basename(path)}`));
  const remove = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    cpSync(path, copy, { recursive: true });
  } catch (error) {
    remove();
    throw cannotWrite(copy, error);
  }
  return { path: copy, remove };
}

let copies = 0;
