import { existsSync } from "node:fs";
import { join } from "node:path";
import { HistobookError } from "../foundation/index.js";
import { parentListName, patchListName, patientOf, type Side } from "../study/index.js";
import { readParentList, readPatchList } from "./lists.js";

const sides: readonly Side[] = ["train", "val", "test"];

/**
 * Checks that no patient stands on two sides of a fold, neither in the parent lists nor in the patch lists.
 *
 * Tutorial step 2: "splitting at the image level is unacceptable if multiple images can come from the same
 * patient". Lists that do not exist are passed over (a fold without validation has no `val_` lists).
 *
 * @param directory the study folder
 * @param size side of a patch in pixels, as in the lists' names
 * @throws HistobookError `Leakage`, naming the patient and both lists.
 */
export function checkLeakage(directory: string, fold: number, size: number): void {
  const found = new Map<string, { side: Side; list: string }>();
  for (const side of sides) {
    for (const [list, patients] of patientsOfSide(directory, side, size, fold)) {
      for (const patient of patients) {
        const earlier = found.get(patient);
        if (!earlier) found.set(patient, { side, list });
        else if (earlier.side !== side) throw leakage(join(directory, list), patient, earlier.list);
      }
    }
  }
}

function* patientsOfSide(
  directory: string,
  side: Side,
  size: number,
  fold: number,
): Generator<[list: string, patients: Iterable<string>]> {
  const parents = parentListName(side, size, fold);
  if (existsSync(join(directory, parents))) yield [parents, readParentList(join(directory, parents))];
  const patches = patchListName(side, size, fold);
  if (!existsSync(join(directory, patches))) return;
  const entries = readPatchList(join(directory, patches));
  yield [patches, new Set(entries.map(({ file }) => patientOf(file) ?? file))];
}

function leakage(path: string, patient: string, other: string): HistobookError {
  return new HistobookError("Leakage", {
    subject: path,
    found: `patient ${patient}, who also stands in ${other}`,
    expected: "each patient on one side of a fold only",
    fix: "take the patient out of one of the two lists, or run 'histobook folds' again",
  });
}
