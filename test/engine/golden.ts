/** Files that real Caffe made. */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const golden = join(__dirname, "..", "fixtures", "caffe");

/** A database of Caffe's in a new place, since opening one changes it. */
export function copyOfDatabase(name: string, folder = mkdtempSync(join(tmpdir(), "histobook-"))): string {
  const copy = join(folder, `db_${name}`);
  cpSync(join(golden, "c", `db_${name}`), copy, { recursive: true });
  return copy;
}
