import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { toCommonJs, type CommonJs } from "./commonJs.js";
import { keepLastExpression } from "./lastExpression.js";
import { commonRoot, madePathForTslab, pathForTslab, pathFromTslab } from "./outsideFiles.js";
import { PollingWatcher } from "./polling.js";
import { Resolution } from "./resolution.js";
import { quickInfoAt } from "./quickInfo.js";
import { ownRoot, ownTypes } from "./ownPackage.js";
import { shareVariables } from "./sharedVariables.js";

/**
 * What tslab's fork of TypeScript 5.0 has beside the public API, and where the current TypeScript has it.
 *
 * - `getNullTransformationContext`, `getPreEmitDiagnosticsOfFiles`, `getQuickInfoAtPosition` and
 *   `Completions.getCompletionsAtPositionForTslab` are the fork's own; `getDefaultTypeRoots` was public once.
 * - `findPrecedingToken`, `findNextToken`, `parseIsolatedJSDocComment` and `SourceFile.locals` are internal in both.
 * - The option `disableTopLevelAwait` reports each top-level `await` so that tslab finds it; here every cell is
 *   run as an asynchronous function, and the option is dropped.
 */
interface Internals {
  nullTransformationContext: unknown;
  Completions: { getCompletionsAtPosition: (...args: unknown[]) => unknown };
}

/** Errors about types that a notebook's author has not written down ("implicitly has an 'any' type"): 7005 to 7057. */
const implicitAny = (code: number): boolean => code >= 7005 && code <= 7057;

/** The running converter's view of TypeScript, and what the kernel needs of it. */
export interface TypeScriptForTslab {
  watcher: PollingWatcher;
  /** What was made of each module since it was last emptied, by the CommonJS code. */
  modules: Map<string, CommonJs>;
}

/**
 * Puts the current TypeScript in the place of tslab's, before tslab's converter is loaded.
 *
 * What changes by it: modern syntax; `exports` maps and sub-paths of packages; `strict` types, but for the complaints
 * about missing annotations; source maps; our own package from anywhere.
 */
export function provideTypeScript(): TypeScriptForTslab {
  const watcher = new PollingWatcher();
  const modules = new Map<string, CommonJs>();
  const internals = ts as unknown as Internals;
  const sys = Object.assign(Object.create(ts.sys) as ts.System, {
    watchFile: watcher.watchFile,
    // See Resolution: nothing needs to be known of folders.
    watchDirectory: () => ({ close: () => {} }),
  });
  const provided = {
    ...ts,
    sys,
    getNullTransformationContext: () => internals.nullTransformationContext,
    getDefaultTypeRoots: () => undefined,
    getPreEmitDiagnosticsOfFiles,
    getQuickInfoAtPosition: quickInfoAt,
    Completions: {
      ...internals.Completions,
      getCompletionsAtPositionForTslab: (...args: unknown[]) =>
        internals.Completions.getCompletionsAtPosition(...args, undefined),
    },
    createWatchCompilerHost: (files: string[], options: ts.CompilerOptions, system: ts.System) =>
      createHost(files, options, system),
    createWatchProgram: (host: ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>) => {
      const created = host.afterProgramCreate?.bind(host);
      host.afterProgramCreate = (builder) => created?.(withCellTransformers(builder));
      const watch = ts.createWatchProgram(host);
      // tslab lists the files anew when a module cell is added.
      return {
        ...watch,
        updateRootFileNames: (files: string[]) => watch.updateRootFileNames([...files, globalsFile]),
      };
    },
    transpileModule: (module: string, { compilerOptions = {} }: ts.TranspileOptions) => {
      const made = toCommonJs(module, withoutForkOptions(compilerOptions), true);
      modules.set(made.code, made);
      return { outputText: made.code };
    },
  };
  const load = createRequire(__filename);
  const path = load.resolve("@tslab/typescript-for-tslab", { paths: [dirname(load.resolve("tslab"))] });
  load.cache[path] = { id: path, filename: path, loaded: true, exports: provided } as NodeJS.Module;
  return { watcher, modules };
}

/** Declares what cells have without an import. */
const globalsFile = join(ownRoot, "dist", "kernel", "globals.d.ts");

function createHost(files: string[], options: ts.CompilerOptions, system: ts.System) {
  const compilerOptions: ts.CompilerOptions = {
    ...withoutForkOptions(options),
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    rootDir: commonRoot(process.cwd()),
    // Node 20 runs all of it; TypeScript rewrites what is newer still.
    target: ts.ScriptTarget.ES2024,
    lib: ["lib.esnext.d.ts"],
    strict: true,
    useUnknownInCatchVariables: false,
    inlineSourceMap: true,
    types: ["node"],
    typeRoots: [nodeTypesFolder()],
    paths: ownTypes(),
  };
  const ignore = () => {};
  const host = ts.createWatchCompilerHost(
    [...files, globalsFile],
    compilerOptions,
    system,
    ts.createSemanticDiagnosticsBuilderProgram,
    ignore,
    ignore,
  );
  new Resolution(system).install(host);
  return host;
}

/** tslab leaves out what is wrong in files outside of the notebook's folder. */
function insideForTslab(diagnostic: ts.Diagnostic): ts.Diagnostic {
  const { file } = diagnostic;
  if (!file) return diagnostic;
  const fileName = pathForTslab(file.fileName, process.cwd());
  return { ...diagnostic, file: Object.assign(Object.create(file) as ts.SourceFile, { fileName }) };
}

/** What tslab does to a cell goes on after TypeScript's transformations; this is done to it before them. */
function withCellTransformers(builder: ts.BuilderProgram): ts.BuilderProgram {
  return {
    ...builder,
    getSourceFile: (path) => builder.getSourceFile(pathFromTslab(path, process.cwd())),
    emit: (file, write, cancellation, declarationsOnly, transformers) => {
      const before = [shareVariables(builder.getProgram().getTypeChecker()), keepLastExpression];
      const { outDir = "" } = builder.getCompilerOptions();
      const folder = process.cwd();
      const writeForTslab: ts.WriteFileCallback = (path, ...rest) =>
        write?.(madePathForTslab(path, outDir, folder), ...rest);
      return builder.emit(file, writeForTslab, cancellation, declarationsOnly, { ...transformers, before });
    },
  };
}

function withoutForkOptions(options: ts.CompilerOptions): ts.CompilerOptions {
  const kept = { ...options };
  delete kept.disableTopLevelAwait;
  delete kept.noImplicitUseStrict;
  return kept;
}

function nodeTypesFolder(): string {
  return dirname(dirname(createRequire(__filename).resolve("@types/node/package.json")));
}

function getPreEmitDiagnosticsOfFiles(
  program: ts.Program,
  files: readonly ts.SourceFile[],
): readonly ts.Diagnostic[] {
  const found = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ]),
  ];
  return ts
    .sortAndDeduplicateDiagnostics(found)
    .filter(({ code }) => !implicitAny(code))
    .map(insideForTslab);
}
