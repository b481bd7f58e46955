import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as histobook from "histobook";
import { examplesIn, programOf } from "./examples.js";

const root = join(__dirname, "..", "..");
const built = join(root, "kernel-lib", "dist");
const load = createRequire(join(built, "index.js"));
const examples = examplesIn(join(root, "kernel-lib", "src"));
const home = process.cwd();
const folders: string[] = [];

/** The sample with steps 1 to 3 done, made once and copied for each example that asks for it. */
let preparedStudy: string;

function newWorkingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "histobook-example-"));
  folders.push(folder);
  symlinkSync(join(root, "test"), join(folder, "test"));
  return folder;
}

beforeAll(async () => {
  process.chdir(newWorkingFolder());
  preparedStudy = await histobook.createSample("study");
  const study = histobook.openStudy(preparedStudy);
  await histobook.makePatches(study, { perImage: 10 });
  await histobook.makeFolds(study);
  await histobook.makeDatabases(study);
});

afterAll(() => {
  process.chdir(home);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Typed arrays as plain ones, so that an example may state either. */
function plainArrays(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  if (Array.isArray(value)) return value.map(plainArrays);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainArrays(part)]));
}

type Program = (...names: unknown[]) => Promise<void>;
/** Compiles the body of an async function, given the names that it knows. */
const AsyncFunction = (async () => {
  await Promise.resolve();
}).constructor as new (...parts: string[]) => Program;

describe("the example of", () => {
  test.each(examples)("$name ($file) does what it says", async ({ file, code }) => {
    const folder = newWorkingFolder();
    process.chdir(folder);
    const known: Record<string, unknown> = {
      ...histobook,
      ...(load(join(built, file.replace(/\.ts$/, ".js"))) as object),
    };
    if (/\bstudy\b/.test(code) && !code.includes("createSample(")) {
      cpSync(preparedStudy, join(folder, "study"), { recursive: true });
      if (!/\bconst study\b/.test(code)) known.study = histobook.openStudy("study");
    }
    known.$check = (found: unknown, stated: unknown) => {
      expect(plainArrays(found)).toEqual(plainArrays(stated));
    };
    known.require = load;
    known.exports = {};
    const names = Object.keys(known).filter((name) => name !== "default");
    const program = new AsyncFunction(...names, programOf(code));
    await program(...names.map((name) => known[name]));
  });
});

test("there is an example wherever a value can be stated: most of the files have one", () => {
  expect(examples.length).toBeGreaterThan(60);
});

describe("programOf()", () => {
  const run = async (code: string) => {
    const pairs: unknown[] = [];
    const program = new AsyncFunction("$check", "require", "exports", programOf(code));
    await program((found: unknown, stated: unknown) => pairs.push([found, stated]), load, {});
    return pairs;
  };

  test("checks values behind an expression, below it, within a block and after an import", async () => {
    const code = [
      'import { basename } from "node:path";',
      'basename("a/b"); // => "b"',
      "const two = await Promise.resolve(2);",
      "two + 1;",
      "// => 3",
      "for (const n of [1, two]) {",
      "  Uint8Array.of(n); // => Uint8Array [n]",
      "}",
    ].join("\n");
    expect(await run(code)).toEqual([
      ["b", "b"],
      [3, 3],
      [Uint8Array.of(1), Uint8Array.of(1)],
      [Uint8Array.of(2), Uint8Array.of(2)],
    ]);
  });

  test("refuses a value that is stated for no expression", () => {
    expect(() => programOf("const two = 2; // => 2")).toThrow("'// => 2' stands behind no expression");
  });
});
