import { classOfType, formatPatchName } from "histobook/status";
import type { Translation } from "../context.js";
import { patchTypes, type GridFacts, type PatchTable } from "./table.js";

/** A patch's file name as step 1 writes it. */
export function patchName({ images, rotations }: GridFacts, table: PatchTable, row: number): string {
  const { patient, number } = images[table.image[row]];
  const type = patchTypes[table.type[row]];
  const rotation = rotations[table.rotation[row]];
  return formatPatchName({
    patient,
    imageNumber: number,
    class: classOfType(type),
    type,
    number: table.number[row],
    rotation,
  });
}

/** What is known of a patch, as pairs of a term and its value. */
export function patchFacts(
  facts: GridFacts,
  table: PatchTable,
  row: number,
  translation: Translation,
): [term: string, value: string][] {
  const image = facts.images[table.image[row]];
  const probability = table.probability?.[row] ?? -1;
  const label = classOfType(patchTypes[table.type[row]]);
  return [
    [translation.__("Label"), typeWords(patchTypes[table.type[row]], translation)],
    [translation.__("Patient"), image.patient],
    [translation.__("Image"), image.name],
    [translation.__("Rotation"), `${facts.rotations[table.rotation[row]]}°`],
    [
      translation.__("Tested in fold"),
      image.fold === null ? translation.__("no folds yet") : String(image.fold),
    ],
    [translation.__("Brightness"), String(table.brightness[row])],
    ...(probability < 0
      ? []
      : ([
          [translation.__("Predicted probability"), (probability / 255).toFixed(3)],
          [translation.__("Disagreement"), Math.abs(probability / 255 - label).toFixed(3)],
        ] as [string, string][])),
  ];
}

/** A patch in one line, for those who hear it. */
export function patchSentence(
  facts: GridFacts,
  table: PatchTable,
  row: number,
  translation: Translation,
): string {
  const said = patchFacts(facts, table, row, translation).map(([term, value]) => `${term}: ${value}`);
  return [patchName(facts, table, row), ...said].join("; ");
}

/** What a type of patch shows, and its class. */
export function typeWords(type: (typeof patchTypes)[number], translation: Translation): string {
  return {
    p: translation.__("p, epithelium (class 1)"),
    e: translation.__("e, edge (class 0)"),
    b: translation.__("b, background (class 0)"),
  }[type];
}
