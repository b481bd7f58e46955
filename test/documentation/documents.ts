/**
 * Reads what a document tells its reader to run, and runs it: shell blocks (`sh`) with the real command, cells (`ts`) with the
 * library, in one working folder. Both are given fewer patches and iterations than a reader would take, and nothing else is changed.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import * as histobook from "histobook";
import { newFolder } from "../study/pictures.js";
import { programOf } from "./examples.js";

const binary = join(__dirname, "..", "..", "kernel-lib", "bin", "histobook.js");
const load = createRequire(join(__dirname, "..", "..", "kernel-lib", "dist", "index.js"));

/** A fenced block of a document. */
export interface Block {
  language: string;
  text: string;
}

/** All fenced blocks, in their order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language,
    text,
  }));
}

/** A table's header and the rows below it. */
export interface Table {
  header: string[];
  rows: string[][];
}

/** All tables, in their order. */
export function tablesOf(markdown: string): Table[] {
  return [...markdown.matchAll(/(?:^\|.*\n)+/gm)].map(([text]) => {
    const [header, , ...rows] = text
      .trimEnd()
      .split("\n")
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    return { header, rows };
  });
}

/** What stands between backticks in a cell of a table. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
}

/** What is added to a command of this name, to make it small; later options win over earlier ones. */
type Additions = Record<string, readonly string[]>;

const smallCommands: Additions = {
  patches: ["--per-image", "4"],
  train: ["--iterations", "2", "--batch", "8"],
  output: ["--stride", "56"],
  run: ["--per-image", "4", "--iterations", "2", "--stride", "56"],
};

/** Makes `npx histobook` in a shell the command of this repository, made small. */
export function newShell(more: Additions = {}): (text: string, folder: string) => Promise<string> {
  const bin = newFolder();
  const cases = Object.entries({ ...smallCommands, ...more }).map(
    ([name, options]) => `  ${name}) set -- "$@" ${options.map((option) => `'${option}'`).join(" ")} ;;`,
  );
  const script = [
    "#!/usr/bin/env bash",
    '[ "$1" = histobook ] || { echo "npx: no program $1" >&2; exit 127; }',
    "shift",
    'case "$1" in',
    ...cases,
    "esac",
    `exec '${process.execPath}' '${binary}' "$@"`,
  ];
  writeFileSync(join(bin, "npx"), `${script.join("\n")}\n`);
  chmodSync(join(bin, "npx"), 0o755);
  return async (text, folder) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", text], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, errors] = ["", ""];
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (errors += String(chunk)));
    const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (status !== 0) throw new Error(`status ${status} of: ${text}\n${errors}`);
    return out;
  };
}

/** A step's function that is given smaller options than the document's. */
type Step = (first: never, options?: object) => unknown;

const smallSteps: Record<string, object> = {
  makePatches: { perImage: 4 },
  train: { iterations: 2, batch: 8, processes: 0 },
  trainAndShow: { iterations: 2, batch: 8, processes: 0 },
  trainSolver: { iterations: 2, batch: 8 },
  output: { stride: 56 },
  runPipeline: { perImage: 4, iterations: 2, stride: 56 },
};

/** Puts the imports of several cells at the top, each name once: cells of a notebook share them. */
export function joinCells(cells: readonly string[]): string {
  const names = new Map<string, Set<string>>();
  const others: string[] = [];
  const bodies = cells.map((cell) => {
    const source = ts.createSourceFile("cell.ts", cell, ts.ScriptTarget.ES2022, true);
    let body = cell;
    for (const statement of [...source.statements].reverse()) {
      if (!ts.isImportDeclaration(statement)) continue;
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings)) {
        const known = names.get(from) ?? new Set();
        for (const element of bindings.elements) known.add(element.getText(source));
        names.set(from, known);
      } else others.push(statement.getText(source));
      body = body.slice(0, statement.getStart(source)) + body.slice(statement.end);
    }
    return body;
  });
  const imports = [...names].map(
    ([from, known]) => `import { ${[...known].sort().join(", ")} } from "${from}";`,
  );
  return [...new Set(others), ...imports, ...bodies].join("\n");
}

type Program = (...names: unknown[]) => Promise<void>;
/** Compiles the body of an async function, given the names that it knows. */
const AsyncFunction = (async () => {
  await Promise.resolve();
}).constructor as new (...parts: string[]) => Program;

/** Runs joined cells in a folder; `check` compares what a line says behind `// =>`. */
export async function runCells(
  code: string,
  folder: string,
  { check, more = {} }: { check: (found: unknown, stated: unknown) => void; more?: Record<string, object> },
): Promise<void> {
  const home = process.cwd();
  mkdirSync(folder, { recursive: true });
  const small = Object.fromEntries(
    Object.entries({ ...smallSteps, ...more }).map(([name, options]) => {
      const step = (histobook as unknown as Record<string, Step>)[name];
      return [name, (first: never, given?: object) => step(first, { ...given, ...options })];
    }),
  );
  const require = (name: string): unknown => (name === "histobook" ? { ...histobook, ...small } : load(name));
  process.chdir(folder);
  try {
    await new AsyncFunction("require", "exports", "$check", programOf(code))(require, {}, check);
  } finally {
    process.chdir(home);
  }
}
