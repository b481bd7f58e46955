import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FileWatcher, FileWatcherCallback, DirectoryWatcherCallback } from "typescript";

/** TypeScript's kinds of change, by number as its watchers take them. */
const created = 0;
const changed = 1;
const deleted = 2;

/** Packages don't change under a running kernel, but they come and go. */
const insidePackage = /[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+[\\/]/;

/**
 * Tells TypeScript what has changed on disk, when asked: right before a cell is compiled.
 *
 * tslab watches all files and is told of a change up to three seconds late; a cell that is run right after its
 * helper file was saved must see the new one. Looking at the few files that are the user's own takes no time.
 */
export class PollingWatcher {
  private readonly files = new Map<string, { state: string; tell: Set<FileWatcherCallback> }>();
  private readonly folders = new Map<string, { names: Set<string>; tell: Set<DirectoryWatcherCallback> }>();

  /** Takes the place of `ts.sys.watchFile`. */
  readonly watchFile = (path: string, callback: FileWatcherCallback): FileWatcher => {
    if (insidePackage.test(path)) return { close: () => {} };
    const watched = this.files.get(path) ?? { state: stateOf(path), tell: new Set() };
    this.files.set(path, watched);
    watched.tell.add(callback);
    return { close: () => void watched.tell.delete(callback) };
  };

  /** Takes the place of `ts.sys.watchDirectory`; the folder itself is looked at, and those of watched files. */
  readonly watchDirectory = (path: string, callback: DirectoryWatcherCallback): FileWatcher => {
    if (insidePackage.test(join(path, "x"))) return { close: () => {} };
    const watched = this.folders.get(path) ?? { names: namesIn(path), tell: new Set() };
    this.folders.set(path, watched);
    watched.tell.add(callback);
    return { close: () => void watched.tell.delete(callback) };
  };

  /** Compares with the last look and tells the differences. */
  look(): void {
    for (const [path, { state: before, tell }] of [...this.files]) {
      const state = stateOf(path);
      if (state === before) continue;
      this.files.set(path, { state, tell });
      const kind = before === "" ? created : state === "" ? deleted : changed;
      for (const callback of [...tell]) callback(path, kind);
    }
    for (const [path, watched] of [...this.folders]) {
      const names = namesIn(path);
      const different = [...names, ...watched.names].filter(
        (name) => names.has(name) !== watched.names.has(name),
      );
      watched.names = names;
      for (const name of different) for (const callback of [...watched.tell]) callback(join(path, name));
    }
  }
}

/** Empty for a file that is not there. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : "";
}

function namesIn(folder: string): Set<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    // A folder that is not there, or not there any more, holds nothing.
    return new Set();
  }
}
