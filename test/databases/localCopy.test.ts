/** A database that lies on another machine is read from a copy on this one. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyToThisMachine, isNetworkFileSystem, isOnNetwork } from "../../kernel-lib/src/databases/index.js";
import { newFolder } from "../study/pictures.js";

test("copyToThisMachine() copies all of a database into the temporary folder, twice at once if need be, and removes it", () => {
  const database = newFolder();
  writeFileSync(join(database, "CURRENT"), "MANIFEST-1\n");
  const copies = [copyToThisMachine(database), copyToThisMachine(database)];
  expect(copies[0].path).not.toBe(copies[1].path);
  for (const { path, remove } of copies) {
    expect(path.startsWith(tmpdir())).toBe(true);
    expect(readFileSync(join(path, "CURRENT"), "utf8")).toBe("MANIFEST-1\n");
    remove();
    expect(existsSync(path)).toBe(false);
  }
  expect(readdirSync(database)).toEqual(["CURRENT"]);
});

test("a database that is not there leaves nothing", () => {
  const before = readdirSync(tmpdir()).filter((name) => name.endsWith("DB_nowhere"));
  expect(() => copyToThisMachine(join(newFolder(), "DB_nowhere"))).toThrow();
  expect(readdirSync(tmpdir()).filter((name) => name.endsWith("DB_nowhere"))).toEqual(before);
});

test("network file systems are known by their number, with a sign or without", () => {
  expect([0x6969, 0xff534d42, 0xff534d42 | 0].map(isNetworkFileSystem)).toEqual([true, true, true]);
  expect([0xef53, 0x01021994, 0x58465342].map(isNetworkFileSystem)).toEqual([false, false, false]);
  expect(isOnNetwork(join(newFolder(), "nothing"))).toBe(false);
});
