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

const place = /((?:file:\/\/)?[^\s()]+?):(\d+):(\d+)/g;

/** All TypeScript that was run; turns places in JavaScript into places in TypeScript. */
export class Sources {
  private readonly byFile = new Map<string, Source>();
  private readonly byLabel = new Map<string, Source>();

  add(file: string, source: Source): void {
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
    return text.replace(place, (found, file: string, line: string, column: string) => {
      const source = this.byFile.get(file);
      if (!source) return found;
      const original = source.module.original({ line: Number(line) - 1, column: Number(column) - 1 });
      if (!original) return source.label;
      return `${source.label}:${original.line + 1 - source.linesBefore}:${original.column + 1}`;
    });
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
