/** No program is started by a shell, and no text is run as code: read from the sources' own syntax, not by their words. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const repository = join(__dirname, "..", "..");

/** A place in a source that must not be. */
type Finding = string;

function sourcesOf(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs|cjs|js)$/.test(name) && !/node_modules|generated|\.peers/.test(name))
    .map((name) => join(folder, name));
}

function findings(file: string, text: string): Finding[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const problem = problemOf(node);
    if (problem) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${file}:${line + 1} ${problem}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function problemOf(node: ts.Node): string | undefined {
  if (ts.isImportSpecifier(node) || ts.isBindingElement(node)) {
    const name = (node.propertyName ?? node.name).getText();
    if (name === "exec" || name === "execSync") return `${name}, which gives a string to a shell`;
  }
  if (ts.isPropertyAssignment(node) && node.name.getText() === "shell") {
    const isOff = node.initializer.kind === ts.SyntaxKind.FalseKeyword;
    // The kernel's sockets have a channel of that name.
    const isChannel = ts.isNewExpression(node.initializer);
    if (!isOff && !isChannel) return "shell: something else than false";
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    if (callee === "eval") return "eval";
    if (/^(spawn|spawnSync|execFile|execFileSync)$/.test(callee)) {
      const words = node.arguments.map((argument) => argument.getText());
      // What the set-up installs a cluster with is a text of its own, and what varies comes as arguments.
      if (/["'](ba)?sh["']/.test(words[0]) && /["']-c["'], (?!script,)/.test(words[1] ?? ""))
        return "a shell with a command";
    }
  }
  if (ts.isNewExpression(node) && node.expression.getText() === "Function") return "new Function";
  if (ts.isPropertyAccessExpression(node) && /^(innerHTML|outerHTML)$/.test(node.name.text)) {
    const parent = node.parent;
    if (ts.isBinaryExpression(parent) && parent.left === node) return `${node.name.text} is set`;
  }
  if (ts.isPropertyAccessExpression(node) && node.name.text === "insertAdjacentHTML")
    return "markup from a string";
  return undefined;
}

describe.each(["kernel-lib/src", "kernel-lib/bin", "jupyter-ext/src", "scripts", "bench"])("%s", (folder) => {
  test("starts no shell with a string, runs no text as code and sets no markup", () => {
    const files = sourcesOf(folder);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((file) => findings(file, readFileSync(join(repository, file), "utf8")))).toEqual([]);
  });
});

test.each([
  ['import { exec } from "node:child_process";', "exec"],
  ['const { execSync } = require("child_process");', "execSync"],
  ['spawn("ls", [], { shell: true });', "shell:"],
  ['spawn("sh", ["-c", `rm ${name}`]);', "a shell"],
  ["element.innerHTML = name;", "innerHTML"],
  ["eval(text);", "eval"],
  ["new Function(text)();", "new Function"],
])("the check finds %s", (text, problem) => {
  expect(findings("example.ts", text).join()).toContain(problem);
});
