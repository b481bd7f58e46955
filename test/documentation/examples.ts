/**
 * Reads the examples out of docstrings and turns each into a program that checks itself.
 *
 * The rule (for CONTRIBUTING): everything below `@example` is TypeScript that runs. A comment `// => VALUE`
 * behind an expression, or on the line below it, states the expression's value; VALUE is itself an expression,
 * and typed arrays may be written as Node prints them (`Uint8Array [1, 2]`) or as plain arrays. The names of
 * `histobook` and of the file's own exports are known without an import; Node's modules are imported.
 * Each example runs in a folder of its own, in which `test/fixtures` can be read. One that uses `study` without
 * making it gets the sample in the folder `study`, with steps 1 to 3 done on it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

export interface Example {
  /** The source file, relative to kernel-lib/src. */
  file: string;
  /** What is documented. */
  name: string;
  code: string;
}

/** Every example of a folder's source files, generated ones left out. */
export function examplesIn(folder: string): Example[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return files
    .filter((file) => file.endsWith(".ts") && !file.includes("generated"))
    .flatMap((file) => examplesOf(file, readFileSync(join(folder, file), "utf8")));
}

function examplesOf(file: string, text: string): Example[] {
  const examples: Example[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0].slice(3, -2).replace(/^[ \t]*\* ?/gm, "");
    const after = text.slice(comment.index + comment[0].length);
    const name = /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:\w+\*?\s+)?(\w+)/.exec(after)?.[1] ?? file;
    for (const [, code] of lines.matchAll(/^@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm)) {
      examples.push({ file, name, code: code.trim() });
    }
  }
  return examples;
}

/**
 * The example as JavaScript (CommonJS) in which `$check(found, stated)` takes the place of each stated value.
 *
 * @throws Error when a value is stated for nothing.
 */
export function programOf(code: string): string {
  const source = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022, true);
  let program = code;
  for (const comment of [...code.matchAll(/\/\/ => (.*)$/gm)].reverse()) {
    const statement = lastExpressionBefore(source, comment.index);
    if (!statement) throw new Error(`'${comment[0]}' stands behind no expression`);
    const stated = comment[1].replace(/\b(\w+Array) (\[[^\]]*\])/g, "new $1($2)");
    const { expression } = statement;
    const check = `$check(${expression.getText(source)}, (${stated}));`;
    program = program.slice(0, statement.getStart(source)) + check + program.slice(statement.end);
  }
  const { outputText } = ts.transpileModule(`${program}\nexport {};`, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  return outputText;
}

function lastExpressionBefore(source: ts.SourceFile, position: number): ts.ExpressionStatement | undefined {
  let last: ts.Statement | undefined;
  const visit = (node: ts.Node) => {
    if (ts.isStatement(node) && node.end <= position && (!last || node.end > last.end)) last = node;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return last && ts.isExpressionStatement(last) ? last : undefined;
}
