import { basename, join } from "node:path";
import { HistobookError, randomStream, sampleIndices, type ErrorParts } from "../foundation/index.js";
import { readPatchList } from "../folds/index.js";

/** One database to make: which patch comes at which place. */
export interface DatabasePlan {
  /** The list that it is made from. */
  list: string;
  /** For each record in order: the number of its patch in `PatchPlan.files`. */
  patches: Int32Array;
  /** For each record in order: its class. */
  labels: Int32Array;
}

/** Some databases and the patches that they need, each patch once. */
export interface PatchPlan<Side extends string = string> {
  /**
   * Names of the patches, in the order in which the databases' records first need them, so that the first database
   * can be written while later patches are still being read.
   */
  files: string[];
  databases: Map<Side, DatabasePlan>;
}

/** One list, and how it is to be shuffled. */
export interface PlannedList<Side extends string = string> {
  name: Side;
  path: string;
}

/**
 * Reads lists and shuffles each as convert_imageset's -shuffle does, but by the seed.
 *
 * The name of a list (e.g. `DB_train_1`) is part of its random stream, so that each database has its own order
 * whichever of them are made together.
 *
 * @param options.shuffle false keeps the lists' order
 * @param isThere tells whether the patch of this name can be had
 * @throws HistobookError `MissingStep` for a missing list, `BadInput` for an empty one, or one that names a
 * patch that is not there.
 */
export function planDatabases<Side extends string>(
  lists: readonly PlannedList<Side>[],
  options: { shuffle: boolean; seed: number },
  isThere: (file: string) => boolean,
): PatchPlan<Side> {
  const numbers = new Map<string, number>();
  const databases = new Map<Side, DatabasePlan>();
  for (const { name, path } of lists) {
    const entries = readPatchList(path);
    if (entries.length === 0) throw emptyList(path);
    const order = options.shuffle
      ? sampleIndices(entries.length, entries.length, randomStream(options.seed, "databases", name))
      : undefined;
    const patches = new Int32Array(entries.length);
    const labels = new Int32Array(entries.length);
    const missing = entries.find(({ file }) => !isThere(file));
    if (missing) throw missingPatch(path, missing.line, missing.file);
    for (let i = 0; i < entries.length; i++) {
      const { file, class: label } = entries[order ? order[i] : i];
      let number = numbers.get(file);
      if (number === undefined) numbers.set(file, (number = numbers.size));
      patches[i] = number;
      labels[i] = label;
    }
    databases.set(name, { list: path, patches, labels });
  }
  return { files: [...numbers.keys()], databases };
}

/** Adds to what is wrong with a patch which list asks for it. */
export function namingList(problem: ErrorParts, plan: PatchPlan): ErrorParts {
  const number = plan.files.indexOf(basename(problem.subject));
  for (const { list, patches } of plan.databases.values()) {
    if (!patches.includes(number)) continue;
    return { ...problem, expected: `${problem.expected}, since ${basename(list)} names it` };
  }
  return problem;
}

function emptyList(path: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "lists",
    found: "no patch",
    expected: "at least one",
    fix: "choose fewer folds, or a smaller --validation, and run 'histobook folds STUDY' again",
  });
}

function missingPatch(path: string, line: number, file: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `${path}, line ${line}`,
    topic: "lists",
    found: `${file}, which is not there`,
    expected: `a patch of step 1, such as ${join("subs", "10256_1_0_e_1_0.png")}`,
    fix: "run 'histobook patches STUDY' and 'histobook folds STUDY' again",
  });
}
