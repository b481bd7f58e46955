import { join, relative } from "node:path";
import type { CompletionInfo, QuickInfo } from "typescript";
import type { CommonJs } from "./commonJs.js";
import { completenessOf, type Completeness } from "./completeness.js";
import { loadTslab, type Tslab, type TslabDiagnostic } from "./converter.js";
import { earlierNamespaces, keepDeclarations, undeclaredNames } from "./declarations.js";
import { withoutExportKeywords } from "./exportKeywords.js";
import { keepsLastExpression, lastExpressionName } from "./lastExpression.js";
import { pathFromTslab } from "./outsideFiles.js";

/** A file that is imported by its path, compiled. */
export interface SideModule {
  path: string;
  module: CommonJs;
}

/** A cell that can be run. */
export interface CompiledCell {
  module: CommonJs;
  /** The export that holds the last expression's value. */
  lastExpression?: string;
  /** Imported files that are new or have changed. */
  sideModules: SideModule[];
  /** Makes the cell's names known to later cells: all of them, or those that the run came to set. */
  commit(isSet?: (name: string) => boolean): void;
}

/** What came of compiling. */
export type Compiled = { diagnostics: TslabDiagnostic[] } | { cell: CompiledCell };

/** Compiles cells one after another; each knows the names of those before. */
export class Compiler {
  private loaded?: Tslab;
  /** What earlier cells have declared, as a d.ts file. */
  private declarations = "";

  /** @param protect runs work that must not be interrupted */
  constructor(private readonly protect: <T>(work: () => T) => T) {}

  /** Loads what compiling needs; otherwise the first cell waits for it. */
  warm(): void {
    this.run(() => {});
  }

  compile(code: string): Compiled {
    return this.run((tslab) => {
      tslab.watcher.look();
      tslab.modules.clear();
      const { module, ...rest } = tslab.getCodeMetadata(code);
      if (module !== undefined) return this.moduleCell(tslab, module, code, rest);
      const converted = tslab.converter.convert(this.declarations, withoutExportKeywords(code));
      if (converted.diagnostics.length > 0) return { diagnostics: converted.diagnostics.map(withRealPath) };
      const cell = tslab.modules.get(converted.output ?? "");
      const before = this.declarations;
      const last = cell && keepsLastExpression(cell.code) ? lastExpressionName : converted.lastExpressionVar;
      const declared = (converted.declOutput ?? "") + earlierNamespaces(before, code);
      const names = cell?.names.filter((name) => name !== last && name !== "default") ?? [];
      const after = declared + undeclaredNames(declared, names);
      return {
        cell: {
          module: cell ?? { code: "", names: [], original: () => undefined },
          lastExpression: last,
          sideModules: (converted.sideOutputs ?? []).map(({ path, data }) => ({
            path: pathFromTslab(path, process.cwd()),
            module: tslab.modules.get(data)!,
          })),
          commit: (isSet) => {
            const lost = new Set(cell?.names.filter((name) => isSet && name !== last && !isSet(name)));
            this.declarations =
              lost.size === 0
                ? after
                : keepDeclarations(after, (name) => !lost.has(name)) +
                  keepDeclarations(before, (name) => lost.has(name));
          },
        },
      };
    });
  }

  complete(
    code: string,
    position: number,
  ): { start: number; end: number; names: string[]; info?: CompletionInfo } {
    return this.run(({ converter, watcher }) => {
      watcher.look();
      const { start, end, candidates, original } = converter.complete(this.declarations, code, position);
      return { start, end, names: candidates, info: original };
    });
  }

  inspect(code: string, position: number): QuickInfo | undefined {
    return this.run(({ converter }) => converter.inspect(this.declarations, code, position));
  }

  completeness(code: string): Completeness {
    return this.run(({ isCompleteCode }) => completenessOf(code, isCompleteCode(code)));
  }

  /** A cell that begins with `@module name` is a file of that name to the others; it declares and runs nothing. */
  private moduleCell(tslab: Tslab, name: string, code: string, metadata: object): Compiled {
    const diagnostics = tslab.converter.addModule(name, code, metadata);
    if (diagnostics.length > 0) return { diagnostics };
    const module = { code: "", names: [], original: () => undefined };
    return { cell: { module, sideModules: [], commit: () => {} } };
  }

  private run<T>(work: (tslab: Tslab) => T): T {
    return this.protect(() => work((this.loaded ??= loadTslab())));
  }
}

/** Names a file relative to the notebook's folder. */
function withRealPath(diagnostic: TslabDiagnostic): TslabDiagnostic {
  const { fileName } = diagnostic;
  const folder = process.cwd();
  return fileName === undefined
    ? diagnostic
    : { ...diagnostic, fileName: relative(folder, pathFromTslab(join(folder, fileName), folder)) };
}
