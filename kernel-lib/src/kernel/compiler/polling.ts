import { statSync } from "node:fs";
import type { FileWatcher, FileWatcherCallback } from "typescript";

/** TypeScript's kinds of change, by number as its watchers take them. */
const created = 0;
const changed = 1;
const deleted = 2;

/** Packages don't change under a running kernel. */
const insidePackage = /[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+[\\/]/;

/**
 * Tells TypeScript what has changed on disk, when asked: right before a cell is compiled.
 *
 * tslab watches all files and is told of a change up to three seconds late; a cell that is run right after its
 * helper file was saved must see the new one. Looking at the few files that are the user's own takes no time.
 */
export class PollingWatcher {
  private readonly files = new Map<string, { state: string; tell: Set<FileWatcherCallback> }>();

  /** Takes the place of `ts.sys.watchFile`. */
  readonly watchFile = (path: string, callback: FileWatcherCallback): FileWatcher => {
    if (insidePackage.test(path)) return { close: () => {} };
    const watched = this.files.get(path) ?? { state: stateOf(path), tell: new Set() };
    this.files.set(path, watched);
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
  }
}

/** Empty for a file that is not there. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : "";
}
