import type { Translation } from "../context.js";
import { choice } from "../controls/choice.js";
import { element } from "../element.js";
import type { PatchFilter } from "./filter.js";
import { needsPredictions, type PatchOrder } from "./sort.js";
import { patchTypes, type GridFacts } from "./table.js";
import { typeWords } from "./words.js";

/** The lists by which patches are filtered and sorted. */
export function gridControls(
  facts: GridFacts,
  filter: PatchFilter,
  translation: Translation,
  onChange: (change: { filter?: PatchFilter; order?: PatchOrder }) => void,
): HTMLElement {
  let current = filter;
  const filterBy = <Key extends keyof PatchFilter>(
    key: Key,
    label: string,
    all: string,
    values: readonly { value: NonNullable<PatchFilter[Key]>; label: string }[],
  ): HTMLElement =>
    choice({
      name: key,
      label,
      value: "all",
      // A value is known by its index: a patient's code may be any text.
      choices: [
        { value: "all", label: all },
        ...values.map((one, n) => ({ value: String(n), label: one.label })),
      ],
      onChange: (chosen) => {
        current = { ...current, [key]: chosen === "all" ? null : values[Number(chosen)].value };
        onChange({ filter: current });
      },
    });
  const different = <Value extends string | number>(values: readonly Value[]): Value[] => [
    ...new Set(values),
  ];
  const folds = different(facts.images.flatMap(({ fold }) => (fold === null ? [] : [fold]))).sort(
    (a, b) => a - b,
  );
  const patients = different(facts.images.map(({ patient }) => patient));
  const orders: readonly { value: PatchOrder; label: string }[] = [
    { value: "name", label: translation.__("Name") },
    { value: "dark", label: translation.__("Brightness, dark first") },
    { value: "bright", label: translation.__("Brightness, bright first") },
    { value: "probable", label: translation.__("Predicted probability, high first") },
    { value: "improbable", label: translation.__("Predicted probability, low first") },
    { value: "disagreement", label: translation.__("Disagreement with the label") },
  ];
  return element("div", { className: "histobook-grid-controls" }, [
    filterBy("class", translation.__("Class"), translation.__("Both"), [
      { value: 1, label: translation.__("1, epithelium") },
      { value: 0, label: translation.__("0, other") },
    ]),
    filterBy(
      "type",
      translation.__("Type"),
      translation.__("All"),
      patchTypes.toReversed().map((type) => ({ value: type, label: typeWords(type, translation) })),
    ),
    filterBy(
      "patient",
      translation.__("Patient"),
      translation.__("All"),
      patients.map((patient) => ({ value: patient, label: patient })),
    ),
    filterBy(
      "rotation",
      translation.__("Rotation"),
      translation.__("All"),
      facts.rotations.map((rotation) => ({ value: rotation, label: `${rotation}°` })),
    ),
    filterBy(
      "fold",
      translation.__("Tested in fold"),
      folds.length === 0 ? translation.__("No folds yet") : translation.__("All"),
      folds.map((fold) => ({ value: fold, label: String(fold) })),
    ),
    choice<PatchOrder>({
      name: "order",
      label: translation.__("Sort by"),
      value: "name",
      choices: orders.filter(({ value }) => facts.predictedBy !== null || !needsPredictions(value)),
      onChange: (order) => onChange({ order }),
    }),
  ]);
}
