import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import {
  fingerprint,
  makeFolder,
  removeUnfinished,
  unfinishedPath,
  writeWholeFile,
  writeWholeLines,
} from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

test("writeWholeFile() replaces a file and leaves nothing else behind", () => {
  const folder = newFolder();
  writeWholeFile(join(folder, "a.txt"), "old");
  writeWholeFile(join(folder, "a.txt"), "new");
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("writeWholeFile() says in one sentence what is wrong when a file stands where the folder should be", () => {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  const path = join(file, "a.txt");
  expect(() => writeWholeFile(path, "x")).toThrow(
    `${path}: found a file where a folder should be, expected a place to write to; choose another folder or change its permissions.`,
  );
});

test("writeWholeFile() leaves the old content and no other file when the new one can't take its place", () => {
  const folder = newFolder();
  mkdirSync(join(folder, "a.txt"));
  expect(() => writeWholeFile(join(folder, "a.txt"), "x")).toThrow("a folder where a file should be");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("writeWholeLines() leaves no file when its lines fail half-way", () => {
  const folder = newFolder();
  function* lines() {
    yield "one";
    throw new RangeError("no more lines");
  }
  expect(() => writeWholeLines(join(folder, "list.txt"), lines())).toThrow("no more lines");
  expect(readdirSync(folder)).toEqual([]);
});

test("writeWholeLines() writes more lines than one block holds, in order", () => {
  const path = join(newFolder(), "list.txt");
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`);
  writeWholeLines(path, lines);
  expect(readFileSync(path, "utf8")).toBe(lines.join("\n") + "\n");
});

test("makeFolder() makes folders within folders, and takes one that is there", () => {
  const folder = join(newFolder(), "a", "b");
  makeFolder(folder);
  makeFolder(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test("makeFolder() says what is wrong when a file has the folder's name", () => {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow(`${file}: found a file where a folder should be`);
});

test("removeUnfinished() removes what dead processes of this machine left, and nothing of the living", () => {
  const folder = newFolder();
  const living = basename(unfinishedPath(join(folder, "mine.png")));
  const elsewhere = ".unfinished-another-machine-1-0-theirs.png";
  const dead = `.unfinished-${hostname()}-${deadProcess()}-0-dead.png`;
  for (const name of [living, elsewhere, dead, "whole.png"]) writeFileSync(join(folder, name), "");
  removeUnfinished(folder);
  expect(readdirSync(folder).sort()).toEqual([living, elsewhere, "whole.png"].sort());
});

test("fingerprint() tells values apart, and bytes from their text", () => {
  expect(fingerprint({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: 2 }));
  expect(fingerprint(new Uint8Array([1]))).not.toBe(fingerprint([1]));
});
