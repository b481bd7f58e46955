import { inspect, stripVTControlCharacters } from "node:util";
import { isNativeError } from "node:util/types";
import { isHistobookError } from "../../foundation/index.js";

/** An error as Jupyter's messages have it. */
export interface Failure {
  ename: string;
  evalue: string;
  /** Lines with ANSI colours. */
  traceback: string[];
}

/** The TypeScript that a label in a stack stands for; undefined for what is not the user's. */
export type CodeOf = (label: string) => string | undefined;

/** A place in the user's TypeScript; lines and columns from 1. */
export interface Frame {
  label: string;
  line: number;
  column: number;
  /** The function's name, if it has one. */
  name?: string;
}

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const green = (text: string): string => `\u001b[32m${text}\u001b[39m`;
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;

/** Lines of code that are shown before and after the one that is meant. */
const around = 2;
/** How many causes are followed. */
const deepest = 8;

/** An error, or whatever else was thrown, with the user's own lines and without those of tslab, Node and packages. */
export function failureOf(thrown: unknown, codeOf: CodeOf): Failure {
  const { ename, evalue } = nameOf(thrown);
  return {
    ename,
    evalue,
    traceback: describe(thrown, codeOf, new Set()).flatMap((part) => part.split("\n")),
  };
}

/** A stack's line with a function's name, and one without; a file's name may hold spaces and brackets. */
const withName = /^\s+at (?<name>.*?) \((?:async )?(?<label>.+?):(?<row>\d+):(?<column>\d+)\)$/;
const withoutName = /^\s+at (?:async )?(?<label>.+?):(?<row>\d+):(?<column>\d+)\)?$/;

/** The frames of a stack that lie in the user's TypeScript, innermost first. */
export function framesOf(stack: string, codeOf: CodeOf): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split("\n")) {
    const found = withName.exec(line) ?? withoutName.exec(line);
    const { label, row, column } = found?.groups ?? {};
    if (!found || codeOf(label) === undefined) continue;
    // Functions of earlier cells are called on the object that holds all values, which says nothing to the reader.
    const name = found.groups?.name
      ?.replace(/^async /, "")
      .replace(/^Proxy\./, "")
      .replace(/ \[as .*\]$/, "");
    frames.push({
      label,
      line: Number(row),
      column: Number(column),
      name:
        name === undefined || /^(eval|<anonymous>|Object\.<anonymous>|undefined)$/.test(name)
          ? undefined
          : name,
    });
  }
  return frames;
}

/** Some lines of code with an arrow at one of them, and a caret below it. */
export function excerpt(code: string, line: number, column: number, length = 1): string[] {
  const lines = code.split("\n");
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1];
    const label = String(number).padStart(width);
    if (number !== line) {
      shown.push(`      ${label} ${text}`);
      continue;
    }
    shown.push(`${green("----> ")}${green(label)} ${text}`);
    // Tabs stay tabs, so that the caret stands below its character.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    const marks = Math.max(1, Math.min(length, text.length - column + 1));
    shown.push(`      ${" ".repeat(width)} ${indent}${red("^".repeat(marks))}`);
  }
  return shown;
}

/** An error's name and message, of anything that was thrown. */
export function nameOf(thrown: unknown): { ename: string; evalue: string } {
  if (!isError(thrown))
    return { ename: "Thrown", evalue: typeof thrown === "string" ? thrown : inspect(thrown) };
  const own = thrown.constructor?.name;
  const ename = thrown.name !== "Error" || !own || own === "Object" ? thrown.name : own;
  return { ename: String(ename), evalue: stripVTControlCharacters(String(thrown.message)) };
}

/** Errors of another realm (a vm context) are not `instanceof Error` here. */
function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

function describe(thrown: unknown, codeOf: CodeOf, seen: Set<unknown>): string[] {
  const { ename, evalue } = nameOf(thrown);
  const code = codeOfError(thrown);
  const heading = `${bold(red(ename))}${code === undefined ? "" : ` (${code})`}: ${evalue}`;
  if (!isError(thrown)) return [heading];
  seen.add(thrown);
  const lines: string[] = [];
  const frames = framesOf(String(thrown.stack), codeOf);
  frames.forEach(({ label, line, column, name }, depth) => {
    const called = name === undefined ? "" : `, ${name}()`;
    lines.push(`${bold(label)}${called}, line ${line}`);
    // The innermost line and the cell's own matter; a deep recursion would fill the page.
    if (depth < 3 || depth === frames.length - 1) lines.push(...excerpt(codeOf(label) ?? "", line, column));
  });
  lines.push(heading);
  if (isHistobookError(thrown)) lines.push(`More: ${thrown.help}`);
  if (seen.size > deepest) return lines;
  const inner = (title: string, error: unknown): void => {
    if (error === undefined || seen.has(error)) return;
    lines.push("", `${title}`, ...describe(error, codeOf, seen).map((line) => `  ${line}`));
  };
  if (thrown instanceof AggregateError)
    (thrown.errors as unknown[]).forEach((error, index) => inner(`Error ${index + 1} of it:`, error));
  inner("Caused by:", thrown.cause);
  return lines;
}

function codeOfError(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
