import type { CommonJs } from "../compiler/commonJs.js";
import type { Activity } from "./activity.js";
import { HeldElsewhere } from "./heldElsewhere.js";
import { framesOf } from "./traceback.js";

/** TypeScript that has been run. */
export interface Source {
  /** As a reader knows it: a cell's `labelOf`, or a file's name. */
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

/** What a reader calls a cell, by its number. */
export function labelOf(count: number): string {
  return `In[${count}]`;
}

const cellLabel = /^In\[(\d+)\]$/;

/** What stands behind a file's name in a stack; the name itself may hold spaces and brackets. */
const place = /:(\d+):(\d+)/g;
const plainName = /[^\s()]+$/;

/**
 * All TypeScript that was run and can still run; turns places in JavaScript into places in TypeScript.
 *
 * What a cell was compiled to takes much more than its text: it is kept by the cell's functions (see Runner), and goes
 * with the last of them. Its text stays in the history.
 */
export class Sources {
  /** Files that are imported, by their path. */
  private readonly files = new Map<string, Source>();
  private readonly filesByLabel = new Map<string, Source>();
  /** Cells, by the file name that their JavaScript has in stacks. */
  private readonly cells = new HeldElsewhere<Source>();
  private readonly cellsByLabel = new HeldElsewhere<Source>();
  /** Files whose names hold spaces or brackets; cells' never do. */
  private readonly unusualFiles: string[] = [];

  /** @param textOfCell the text of the cell with this number */
  constructor(private readonly textOfCell: (count: number) => string | undefined) {}

  /** A cell that is about to run, known until nobody holds `source` any more. */
  addCell(file: string, source: Source): void {
    this.cells.set(file, source);
    this.cellsByLabel.set(source.label, source);
  }

  /** An imported file; what was imported from there before is forgotten. */
  addFile(path: string, source: Source): void {
    if (!this.files.has(path) && plainName.exec(path)?.[0] !== path) this.unusualFiles.push(path);
    this.files.set(path, source);
    this.filesByLabel.set(source.label, source);
  }

  /** The activity whose code an error comes from. */
  ownerOf(thrown: unknown): Activity | undefined {
    const stack = thrown instanceof Error ? String(thrown.stack) : "";
    const [frame] = framesOf(stack, (label) => this.codeOf(label));
    return frame && this.cellsByLabel.get(frame.label)?.activity;
  }

  /** The TypeScript that a reader knows by this label. */
  codeOf(label: string): string | undefined {
    const known = this.filesByLabel.get(label) ?? this.cellsByLabel.get(label);
    if (known) return known.code;
    const count = cellLabel.exec(label)?.[1];
    return count === undefined ? undefined : this.textOfCell(Number(count));
  }

  /** A stack's text with the places of TypeScript in it. */
  translate(text: string): string {
    let shown = "";
    let end = 0;
    for (const { 0: found, 1: line, 2: column, index } of text.matchAll(place)) {
      const before = text.slice(end, index);
      const file = this.fileAtEndOf(before);
      const source = file && this.sourceOf(file);
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
    if (plain !== undefined && this.sourceOf(plain)) return plain;
    return this.unusualFiles.find((file) => text.endsWith(file));
  }

  private sourceOf(file: string): Source | undefined {
    return this.files.get(file) ?? this.cells.get(file);
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
