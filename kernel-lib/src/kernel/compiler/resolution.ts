import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import ts from "typescript";

/**
 * Finds imported files, at each compilation anew for what was not found and for the user's own files.
 *
 * TypeScript's watching compiler remembers that a file was missing until a watcher tells it of a new one; here nothing
 * watches folders, and what the user has just saved or installed must be found.
 */
export class Resolution {
  private readonly packages = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();
  /** Files that import something which was not found. */
  private readonly incomplete = new Set<string>();

  constructor(private readonly system: ts.System) {}

  /** Takes the place of the watching compiler's own resolution. */
  install(
    host: Pick<
      ts.WatchCompilerHost<ts.BuilderProgram>,
      "resolveModuleNameLiterals" | "hasInvalidatedResolutions" | "getModuleResolutionCache"
    >,
  ): void {
    host.resolveModuleNameLiterals = (literals, file, redirect, options, source) => {
      this.incomplete.delete(file);
      return literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(source, literal, options);
        return this.resolve(literal.text, file, options, mode, redirect);
      });
    };
    // Of which the compiler takes what it knows of packages' package.json files.
    const cache = ts.createModuleResolutionCache(this.system.getCurrentDirectory(), (path) => path);
    host.getModuleResolutionCache = () => cache;
    host.hasInvalidatedResolutions = (path) => this.incomplete.has(path);
  }

  private resolve(
    name: string,
    file: string,
    options: ts.CompilerOptions,
    mode: ts.ResolutionMode,
    redirect: ts.ResolvedProjectReference | undefined,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const key = `${name}\0${dirname(file)}\0${mode ?? ""}`;
    const known = this.packages.get(key);
    if (known) return known;
    const found = ts.resolveModuleName(name, file, options, this.system, undefined, redirect, mode);
    if (!found.resolvedModule) {
      // Node's modules are declared, not found; and one file marked here costs the whole program's reuse.
      if (!isBuiltin(name) && !file.includes("/node_modules/")) this.incomplete.add(file);
    } else if (!name.startsWith(".") || file.includes("/node_modules/")) this.packages.set(key, found);
    return found;
  }
}
