/** What lies in a folder, by content: two runs of one step must leave the same. */
import { cpSync, lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { newFolder } from "../study/pictures.js";

/** A digest for each file, by its path in the folder; for a LevelDB one for all of its records. */
export type Tree = ReadonlyMap<string, string>;

/** Reads a folder with all that is in it. */
export async function treeOf(folder: string): Promise<Tree> {
  const tree = new Map<string, string>();
  const walk = async (relative: string): Promise<void> => {
    const names = readdirSync(join(folder, relative)).sort();
    if (names.includes("CURRENT")) {
      tree.set(relative, await digestOfDatabase(join(folder, relative)));
      return;
    }
    if (names.length === 0 && relative !== "") tree.set(relative, "an empty folder");
    for (const name of names) {
      const path = join(relative, name);
      if (lstatSync(join(folder, path)).isDirectory()) await walk(path);
      else tree.set(path, digest(readFileSync(join(folder, path))));
    }
  };
  await walk("");
  return tree;
}

/** LevelDB's files depend on how often it was opened; what counts is its records. It changes what it opens: a copy is read. */
async function digestOfDatabase(folder: string): Promise<string> {
  const copy = join(newFolder(), "copy");
  cpSync(folder, copy, { recursive: true });
  const level = new ClassicLevel<string, Uint8Array>(copy, {
    createIfMissing: false,
    valueEncoding: "view",
  });
  const hash = createHash("sha256");
  let count = 0;
  try {
    await level.open();
    for await (const [key, value] of level.iterator()) {
      hash.update(key).update(value);
      count++;
    }
    return `${count} records, ${hash.digest("hex")}`;
  } catch (error) {
    return `no readable database (${String(error)})`;
  } finally {
    await level.close().catch(() => undefined);
    rmSync(copy, { recursive: true, force: true });
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Paths that differ between two folders, with what is wrong with each. */
export function differences(found: Tree, expected: Tree): string[] {
  const wrong: string[] = [];
  for (const [path, content] of expected) {
    if (!found.has(path)) wrong.push(`${path} is missing`);
    else if (found.get(path) !== content) wrong.push(`${path} differs`);
  }
  for (const path of found.keys()) if (!expected.has(path)) wrong.push(`${path} is left over`);
  return wrong;
}
