import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";

const root = join(__dirname, "..", "..");

/** Files made by real Caffe. */
export const golden = join(root, "test", "fixtures", "caffe");

/** The author's published models, which are no part of the repository; undefined where they are not there. */
const models = join(root, "..", "shared", "caffe", "models");
export const authorsModels = existsSync(models) ? models : undefined;

export function bytesOf(...path: string[]): Uint8Array {
  return new Uint8Array(readFileSync(join(golden, ...path)));
}

export function textOf(...path: string[]): string {
  return readFileSync(join(golden, ...path), "utf8");
}

export function sha1(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** What Caffe's own library reads from a database, a record at a time. */
export interface DumpedRecord {
  key: string;
  label: number;
  channels: number;
  height: number;
  width: number;
  encoded: boolean;
  value_size: number;
  data_sha1: string;
}

export function dumpOf(name: string): DumpedRecord[] {
  return JSON.parse(textOf("c", `dump_${name}.json`)) as DumpedRecord[];
}

/** All records of a database that real convert_imageset made, read from a copy, since opening one changes it. */
export async function recordsOf(name: string): Promise<[string, Uint8Array][]> {
  const folder = mkdtempSync(join(tmpdir(), "histobook-caffe-"));
  try {
    cpSync(join(golden, "c", `db_${name}`), folder, { recursive: true });
    const database = new ClassicLevel<string, Uint8Array>(folder, {
      keyEncoding: "utf8",
      valueEncoding: "view",
      createIfMissing: false,
    });
    const records = await database.iterator().all();
    await database.close();
    return records;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
