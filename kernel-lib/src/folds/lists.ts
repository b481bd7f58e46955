import { HistobookError, readingProblem, readTextFile } from "../foundation/index.js";

/** One line of a patch list such as `train_w32_1.txt`. */
export interface PatchListEntry {
  /** The patch's file name, relative to `subs/`. */
  file: string;
  /** 1 is epithelium, 0 everything else. */
  class: number;
  /** Where it stands in the list, counted from 1. */
  line: number;
}

/** The largest class that a database's record takes, a signed number of 32 bits. */
const mostClass = 2 ** 31 - 1;

/** What stands between a patch's name and its class. */
export type ListSeparator = "tab" | "space";

/**
 * Reads a patch list: a file name, a tab or a space, and a class on each line (tutorial step 2).
 *
 * A name may hold spaces: the last separator counts, as in Caffe's convert_imageset. Line ends may be those of
 * Unix or Windows; blank lines are passed over.
 *
 * @throws HistobookError `MissingStep` when there is no such file, `BadInput` for a line of another form.
 * @example
 * readPatchList("study/train_w32_1.txt")[0].class; // => 0
 */
export function readPatchList(path: string): PatchListEntry[] {
  const entries: PatchListEntry[] = [];
  readLines(path).forEach((text, i) => {
    const content = text.trimEnd();
    if (content === "") return;
    const cut = Math.max(content.lastIndexOf("\t"), content.lastIndexOf(" "));
    const file = content.slice(0, Math.max(cut, 0)).trimEnd();
    const label = content.slice(cut + 1);
    if (file === "" || !/^\d+$/.test(label) || Number(label) > mostClass) {
      throw new HistobookError("BadInput", {
        subject: `${path}, line ${i + 1}`,
        topic: "lists",
        found: JSON.stringify(content.slice(0, 80)),
        expected: "a file name, a tab or a space, and a class such as 0 or 1",
        fix: "correct the line, or run 'histobook folds' again",
      });
    }
    entries.push({ file, class: Number(label), line: i + 1 });
  });
  return entries;
}

/**
 * Reads a list of patients such as `test_w32_parent_1.txt`: one code a line.
 *
 * @throws HistobookError `MissingStep` when there is no such file.
 * @example
 * readParentList("study/test_w32_parent_1.txt").length; // => 2
 */
export function readParentList(path: string): string[] {
  return readLines(path)
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** Writes one line of a patch list. */
export function formatPatchLine(file: string, patchClass: number, separator: ListSeparator): string {
  return `${file}${separator === "tab" ? "\t" : " "}${patchClass}`;
}

function readLines(path: string): string[] {
  try {
    return readTextFile(path).split("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new HistobookError("BadInput", {
        subject: path,
        topic: "lists",
        found: readingProblem(error),
        expected: "a list in a text file",
        fix: "put the list there, or run 'histobook folds' again",
        cause: error,
      });
    }
    throw new HistobookError("MissingStep", {
      subject: path,
      found: "no such list",
      expected: "the lists of step 2",
      fix: "run 'histobook folds STUDY' first",
      cause: error,
    });
  }
}
