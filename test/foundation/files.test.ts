import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  appendToFile,
  fingerprint,
  makeFolder,
  replaceFolder,
  writeWholeFile,
  writeWholeLines,
} from "../../kernel-lib/src/foundation/index.js";
import { newFolder } from "../study/pictures.js";

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

test("fingerprint() tells values apart, and bytes from their text", () => {
  expect(fingerprint({ a: 1 })).toMatch(/^[0-9a-f]{64}$/);
  expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: 2 }));
  expect(fingerprint(new Uint8Array([1]))).not.toBe(fingerprint([1]));
});

test("replaceFolder() puts a folder in another one's place, whoever else does so at the same time", () => {
  const folder = newFolder();
  const made = (name: string, content: string): string => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "file"), content);
    return join(folder, name);
  };
  const place = made("place", "old");
  replaceFolder(made("new", "new"), place);
  replaceFolder(made("newer", "newer"), place);
  expect(readdirSync(folder)).toEqual(["place"]);
  expect(readFileSync(join(place, "file"), "utf8")).toBe("newer");
});

test("appendToFile() says in one sentence what is wrong", () => {
  const path = join(newFolder(), "missing", "log");
  expect(() => appendToFile(path, "line")).toThrow(`${path}: found no folder of that name`);
});
