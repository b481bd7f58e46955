import { readdirSync, statSync, type Dirent } from "node:fs";
import { join, resolve } from "node:path";
import { HistobookError } from "../foundation/index.js";
import type { FilePattern, PatternMatch } from "./filePattern.js";

/** A file that a pattern found. */
export interface FoundFile extends PatternMatch {
  path: string;
}

/**
 * Lists the files that fit a pattern, in the order of their paths; what begins with a dot is passed over.
 *
 * @param root where the pattern starts
 * @param leftOut a folder into which nobody looks: the study itself
 * @throws HistobookError `BadInput` when there is no such folder or no such file.
 */
export function findFiles(option: string, pattern: FilePattern, root: string, leftOut: string): FoundFile[] {
  const start = resolve(root, pattern.folder);
  const found: FoundFile[] = [];
  const visit = (folder: string, relative: string, depth: number): void => {
    for (const entry of entriesOf(folder, option)) {
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      const name = relative + entry.name;
      if (isFolder(entry, path)) {
        if (depth > 1 && path !== leftOut) visit(path, `${name}/`, depth - 1);
        continue;
      }
      const match = pattern.match(name);
      if (match) found.push({ ...match, path });
    }
  };
  visit(start, "", pattern.depth);
  if (found.length > 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw new HistobookError("BadInput", {
    subject: start,
    found: "no file that fits the pattern",
    expected: `files such as '${pattern.text}'`,
    fix: `correct ${option}, in which * stands for any letters and ** for any folders`,
  });
}

function entriesOf(folder: string, option: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HistobookError("BadInput", {
      subject: folder,
      found: code === "ENOENT" ? "no such folder" : `something that can't be listed (${code})`,
      expected: "a folder of files",
      fix: `check the path; ${option} is relative to the folder that is imported`,
      cause: error,
    });
  }
}

/** Links are followed. */
function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
