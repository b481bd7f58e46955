/** What `import … from "histobook"` costs a notebook: declarations to read, modules to load. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const library = dirname(createRequire(__filename).resolve("histobook/package.json"));

/** The packages that hold any of these files, but for the library itself. */
function packagesOf(files: readonly string[]): string[] {
  const names = files.map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** What a notebook needs once it computes, not to import the library. */
const heavy = /^(@tensorflow|@img)\/|^(sharp|linkedom|fast-png|classic-level|piscina|@observablehq\/plot)$/;

test("the public types lead to no declarations of TensorFlow.js, zod or a drawing library", () => {
  const entry = join(library, "dist", "index.d.ts");
  expect(existsSync(entry)).toBe(true);
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  });
  const files = program.getSourceFiles().map(({ fileName }) => fileName);
  expect(files).toContain(join(library, "dist", "engine", "engine.d.ts"));
  const packages = packagesOf(files);
  expect(packages).toContain("@bufbuild/protobuf");
  expect(
    packages.filter((name) => /^@tensorflow\/|^(zod|sharp|linkedom|@observablehq\/plot)$/.test(name)),
  ).toEqual([]);
});

test("loading the library loads no engine, no image decoder, no database, no plot", () => {
  const program = 'require("histobook"); process.stdout.write(JSON.stringify(Object.keys(require.cache)));';
  const printed = execFileSync(process.execPath, ["-e", program], { cwd: __dirname, encoding: "utf8" });
  const files = JSON.parse(printed) as string[];
  expect(files).toContain(join(library, "dist", "index.js"));
  const packages = packagesOf(files);
  expect(packages).toContain("@bufbuild/protobuf");
  expect(packages.filter((name) => heavy.test(name))).toEqual([]);
});
