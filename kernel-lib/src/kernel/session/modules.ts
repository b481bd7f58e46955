import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { compileFunction, constants } from "node:vm";
import { iterateName, waitName } from "../compiler/waitingNames.js";
import type { SideModule } from "../compiler/compiler.js";
import { ownModule } from "../compiler/ownPackage.js";
import type { Sources } from "./sources.js";

/** What a cell's code calls where it waits. */
export interface Waiting {
  wait: (value: unknown) => unknown;
  iterate: (source: AsyncIterable<unknown> | Iterable<unknown>) => AsyncIterable<unknown>;
}

type Require = (id: string) => unknown;

interface LoadedModule {
  exports: unknown;
}

/** The names that a CommonJS module's code takes, in Node's order. */
const moduleNames = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * What `import` does in cells: packages as from a file in the notebook's folder, our own package from where the kernel
 * is installed, and files beside the notebook as they were compiled.
 */
export class Modules {
  private readonly compiled = new Map<string, SideModule>();
  private readonly loaded = new Map<string, LoadedModule>();
  /** Who has imported a file, by the file: they are loaded anew with it. */
  private readonly importers = new Map<string, Set<string>>();
  /** For cells. */
  readonly require: Require;

  constructor(
    private readonly folder: string,
    private readonly sources: Sources,
    private readonly waiting: Waiting,
    private readonly loadOwn: (path: string) => unknown,
  ) {
    const load = createRequire(join(folder, "cell.js"));
    // `require.resolve` and `require.cache` stay what they are in any module.
    this.require = Object.assign(this.requireFrom(folder, undefined, load), {
      resolve: load.resolve,
      cache: load.cache,
    });
  }

  /** Takes new or changed files; what has imported them is loaded anew at its next import. */
  update(files: readonly SideModule[]): void {
    for (const file of files) {
      this.compiled.set(file.path, file);
      this.forget(file.path);
    }
  }

  private forget(path: string): void {
    this.loaded.delete(path);
    const importers = this.importers.get(path);
    this.importers.delete(path);
    for (const importer of importers ?? []) this.forget(importer);
  }

  private requireFrom(folder: string, importer: string | undefined, load: Require): Require {
    return (id) => {
      const own = ownModule(id);
      if (own !== undefined) return this.loadOwn(own);
      // tslab's own display API works on the tslab that runs.
      if (id === "tslab") return require("tslab") as unknown;
      const path = resolve(folder, id);
      const side =
        /^\.{0,2}\//.test(id) || this.compiled.has(`${path}.js`)
          ? [path, `${path}.js`, join(path, "index.js")].find((file) => this.compiled.has(file))
          : undefined;
      return side === undefined ? load(id) : this.load(side, importer);
    };
  }

  private load(path: string, importer: string | undefined): unknown {
    if (importer !== undefined) {
      const importers = this.importers.get(path) ?? new Set();
      this.importers.set(path, importers.add(importer));
    }
    const known = this.loaded.get(path);
    if (known) return known.exports;
    const { module: compiled } = this.compiled.get(path)!;
    this.sources.addFile(path, {
      ...readSource(this.folder, path),
      module: compiled,
      linesBefore: 0,
    });
    const module: LoadedModule = { exports: {} };
    this.loaded.set(path, module);
    try {
      const run = compileFunction(compiled.code, [...moduleNames, waitName, iterateName], {
        filename: path,
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }) as (...values: unknown[]) => void;
      const require = this.requireFrom(dirname(path), path, createRequire(path));
      run(module.exports, require, module, path, dirname(path), this.waiting.wait, this.waiting.iterate);
    } catch (error) {
      // A file that failed is not there: the next import tries again.
      this.loaded.delete(path);
      throw error;
    }
    return module.exports;
  }
}

/** The file that a compiled one was made of. */
function readSource(folder: string, compiled: string): { label: string; code: string } {
  const file = [".ts", ".tsx", ".js", ".jsx"].map((end) => compiled.replace(/\.js$/, end)).find(existsSync);
  if (file === undefined) return { label: relative(folder, compiled), code: "" };
  return { label: relative(folder, file), code: readFileSync(file, "utf8") };
}
