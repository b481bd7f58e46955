import { createRequire } from "node:module";
import type { CompletionInfo, QuickInfo } from "typescript";
import { provideTypeScript, type TypeScriptForTslab } from "./typescriptForTslab.js";

/** A place in a cell as tslab counts it: offset in UTF-16 units; line and character from 0. */
export interface TslabPlace {
  offset: number;
  line: number;
  character: number;
}

/** Something wrong in a cell, or in a file beside the notebook (`fileName`). */
export interface TslabDiagnostic {
  start: TslabPlace;
  end: TslabPlace;
  messageText: string;
  code: number;
  fileName?: string;
}

/** tslab's converter, as far as this kernel uses it: TypeScript of a cell in, JavaScript and declarations out. */
export interface TslabConverter {
  convert(
    previousDeclarations: string,
    code: string,
  ): {
    diagnostics: TslabDiagnostic[];
    output?: string;
    declOutput?: string;
    lastExpressionVar?: string;
    sideOutputs?: { path: string; data: string }[];
  };
  complete(
    previousDeclarations: string,
    code: string,
    position: number,
  ): { start: number; end: number; candidates: string[]; original?: CompletionInfo };
  inspect(previousDeclarations: string, code: string, position: number): QuickInfo | undefined;
  addModule(name: string, code: string, metadata: CodeMetadata): TslabDiagnostic[];
}

/** What a cell says of itself in a leading comment: `@module name`. */
export interface CodeMetadata {
  module?: string;
  mode?: "node" | "browser";
  jsx?: boolean;
}

export interface Tslab extends TypeScriptForTslab {
  converter: TslabConverter;
  isCompleteCode: (code: string) => { completed: boolean; indent?: string };
  getCodeMetadata(code: string): CodeMetadata;
}

/** Loads tslab's converter over the current TypeScript; takes about a second. */
export function loadTslab(): Tslab {
  const typescript = provideTypeScript();
  const load = createRequire(__filename);
  const { createConverter, isCompleteCode } = load("tslab/dist/converter.js") as {
    createConverter: (options: object) => TslabConverter;
    isCompleteCode: Tslab["isCompleteCode"];
  };
  const { getCodeMetadata } = load("tslab/dist/metadata.js") as Pick<Tslab, "getCodeMetadata">;
  return {
    ...typescript,
    converter: createConverter({ isJS: false, isBrowser: false }),
    isCompleteCode,
    getCodeMetadata,
  };
}
