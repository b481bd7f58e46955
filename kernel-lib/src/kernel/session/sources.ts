import type { CommonJs } from "../compiler/commonJs.js";
import type { Activity } from "./activity.js";
import { framesOf } from "./traceback.js";

/** TypeScript that has been run, by the file name that its JavaScript has in stacks. */
export interface Source {
  /** As a reader knows it: "In[3]", or a file's name. */
  label: string;
  code: string;
  module: CommonJs;
  /** Lines that tslab has put before the code. */
  linesBefore: number;
  /** The activity that ran it, for a cell. */
  activity?: Activity;
}

function textOf(call: NodeJS.CallSite): string {
  return (call as { toString(): string }).toString();
}

/** A cell's file names begin so; the rest is a number. */
export const cellPrefix = "histobook-cell-";

/** What stands behind a file's name in a stack; the name itself may hold spaces and brackets. */
const place = /:(\d+):(\d+)/g;
const plainName = /[^\s()]+$/;

/** All TypeScript that was run; turns places in JavaScript into places in TypeScript. */
export class Sources {
  private readonly byFile = new Map<string, Source>();
  private readonly byLabel = new Map<string, Source>();
  /** Those whose names hold spaces or brackets; cells' never do. */
  private readonly unusualFiles: string[] = [];

  add(file: string, source: Source): void {
    if (!this.byFile.has(file) && plainName.exec(file)?.[0] !== file) this.unusualFiles.push(file);
    this.byFile.set(file, source);
    this.byLabel.set(source.label, source);
  }

  /** The activity whose code an error comes from. */
  ownerOf(thrown: unknown): Activity | undefined {
    const stack = thrown instanceof Error ? String(thrown.stack) : "";
    const [frame] = framesOf(stack, (label) => this.codeOf(label));
    return frame && this.byLabel.get(frame.label)?.activity;
  }

  /** The TypeScript that a reader knows by this label. */
  codeOf(label: string): string | undefined {
    return this.byLabel.get(label)?.code;
  }

  /** A stack's text with the places of TypeScript in it. */
  translate(text: string): string {
    let shown = "";
    let end = 0;
    for (const { 0: found, 1: line, 2: column, index } of text.matchAll(place)) {
      const before = text.slice(end, index);
      const file = this.fileAtEndOf(before);
      const source = file && this.byFile.get(file);
      if (!source) continue;
      const original = source.module.original({ line: Number(line) - 1, column: Number(column) - 1 });
      shown += before.slice(0, -file.length) + source.label;
      if (original) shown += `:${original.line + 1 - source.linesBefore}:${original.column + 1}`;
      end = index + found.length;
    }
    return shown + text.slice(end);
  }

  private fileAtEndOf(text: string): string | undefined {
    const [plain] = plainName.exec(text) ?? [];
    if (plain !== undefined && this.byFile.has(plain)) return plain;
    return this.unusualFiles.find((file) => text.endsWith(file));
  }

  /** Makes `error.stack` show TypeScript's places, whoever reads it. */
  install(): void {
    const plain = (error: Error): string => {
      try {
        return Error.prototype.toString.call(error);
      } catch {
        return "Error";
      }
    };
    Error.prepareStackTrace = (error, calls) =>
      [plain(error), ...calls.map((call) => `    at ${this.translate(textOf(call))}`)].join("\n");
  }
}
