import { classOfType } from "histobook/status";
import { patchTypes, type GridFacts, type PatchTable, type PatchType } from "./table.js";

/** Which patches are shown; null takes all. */
export interface PatchFilter {
  class: 0 | 1 | null;
  type: PatchType | null;
  patient: string | null;
  /** Degrees. */
  rotation: number | null;
  /** The fold in which the patient is tested. */
  fold: number | null;
}

/** Takes every patch. */
export const everything: PatchFilter = { class: null, type: null, patient: null, rotation: null, fold: null };

/** For each image, type and rotation, 1 where the filter takes it: a patch is shown where all three do. */
interface Taken {
  image: Uint8Array;
  type: Uint8Array;
  rotation: Uint8Array;
}

function taken({ images, rotations }: GridFacts, filter: PatchFilter): Taken {
  const fits = <Value>(wanted: Value | null, value: Value): boolean => wanted === null || wanted === value;
  return {
    image: Uint8Array.from(images, ({ patient, fold }) =>
      Number(fits(filter.patient, patient) && fits(filter.fold, fold)),
    ),
    type: Uint8Array.from(patchTypes, (type) =>
      Number(fits(filter.type, type) && fits(filter.class, classOfType(type))),
    ),
    rotation: Uint8Array.from(rotations, (rotation) => Number(fits(filter.rotation, rotation))),
  };
}

/** The rows of a table that a filter takes, in their order. */
export function matchingRows(facts: GridFacts, table: PatchTable, filter: PatchFilter): Uint32Array {
  const { image, type, rotation } = taken(facts, filter);
  const rows = new Uint32Array(table.length);
  let count = 0;
  for (let row = 0; row < table.length; row++) {
    if (image[table.image[row]] & type[table.type[row]] & rotation[table.rotation[row]]) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** How many patches of each type a filter takes of all, also of those that have not arrived. */
export function countAll(facts: GridFacts, filter: PatchFilter): { [type in PatchType]: number } {
  const { image, type, rotation } = taken(facts, filter);
  const counts = { b: 0, e: 0, p: 0 };
  facts.images.forEach(({ positions, rotations }, n) => {
    if (!image[n]) return;
    const turns = rotations.filter((turn) => rotation[turn]).length;
    patchTypes.forEach((letter, t) => (counts[letter] += type[t] * turns * positions[letter]));
  });
  return counts;
}
