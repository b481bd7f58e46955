import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { describe, expect, test } from "vitest";
import * as caffe from "../../kernel-lib/src/caffe/index.js";

const root = join(__dirname, "..", "..");
const sources = join(root, "kernel-lib", "src", "caffe");

/** The examples of a source file's docstrings: their lines without the comment's stars. */
function examplesOf(source: string): string[][] {
  return [...source.matchAll(/@example\n([\s\S]*?)(?=\n \*\/|\n \* @|\n \*\n)/g)].map(([, body]) =>
    body.split("\n").map((line) => line.replace(/^ \* ?/, "")),
  );
}

/** The lines as a program that gives back pairs of what came out and what `// =>` says. */
function programOf(lines: string[]): string {
  const value = (text: string) => `(${text.replace(/\b(\w+Array) (\[[^\]]*\])/g, "new $1($2)")})`;
  const text = lines.join("\n").replace(/;\s*\n\/\/ =>/g, "; // =>");
  const statements = text.split("\n").map((line) => {
    const match = /^(.*); \/\/ => (.*)$/.exec(line);
    return match ? `pairs.push([${value(match[1]).slice(1, -1)}, ${value(match[2])}]);` : line;
  });
  return `const pairs = [];\n${statements.join("\n")}\nreturn pairs;`;
}

const examples = readdirSync(sources)
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) => examplesOf(readFileSync(join(sources, name), "utf8")).map((lines) => ({ name, lines })));

describe("examples in docstrings", () => {
  test("every function of the public surface has one, when it gives something back", () => {
    const code = examples.flatMap(({ lines }) => lines).join("\n");
    const silent = ["writeMeanImage", "writeModel", "writeSolverState"];
    const functions = Object.entries(caffe).filter(([, value]) => typeof value === "function");
    const missing = functions.map(([name]) => name).filter((name) => !code.includes(`${name}(`));
    expect(functions.length).toBeGreaterThan(15);
    expect(missing.filter((name) => !silent.includes(name))).toEqual([]);
  });

  test.each(examples)("$name: $lines.0", ({ lines }) => {
    const names = Object.keys(caffe);
    const values = names.map((name) => caffe[name as keyof typeof caffe]);
    // The examples name files from the repository's root, where the tests run.
    expect(process.cwd()).toBe(root);
    const run = compileFunction(programOf(lines), names) as (...args: unknown[]) => [unknown, unknown][];
    const pairs = run(...values);
    expect(pairs.length).toBeGreaterThan(0);
    for (const [found, stated] of pairs) expect(found).toEqual(stated);
  });
});
