import type { FoldsResult, FoldSummary } from "../folds/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { count, figure, note, row, swatch, table, title } from "./parts.js";

/** The sides of a fold: how a patient's cell looks and reads. */
const sides = {
  train: { letter: "·", colour: "#d9d9d9", words: "trains the network" },
  validation: { letter: "v", colour: "#e69f00", words: "v: validation, kept aside for the threshold" },
  test: { letter: "T", colour: "#0072b2", words: "T: test, held out" },
} as const;

type FoldSide = keyof typeof sides;

/** More patients than this make a table that nobody reads. */
const mostPatients = 60;

/**
 * Shows which patients train, choose the threshold and test in each fold, and how many patches that gives.
 *
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * const { data } = showFolds(await makeFolds(study));
 * String(data["text/plain"]).split("\n")[0]; // => "5 folds of 10 patients"
 */
export function showFolds({ folds }: FoldsResult): Bundle {
  const patients = folds.flatMap(({ test }) => test).sort();
  const heading = `${folds.length} folds of ${count(patients.length)} patients`;
  const legend = Object.values(sides).map(({ colour, words }) => html`${swatch(colour)}${words}&emsp;`);
  const tables = [
    ...(patients.length <= mostPatients ? [figure(patientTable(folds, patients), legend)] : []),
    countTable(folds),
  ];
  const lines = folds.map(
    ({ fold, train, validation, test }) =>
      `  fold ${fold}: test ${test.join(", ")}; ${train.length} train, ${validation.length} choose the threshold`,
  );
  return bundle({
    html: html`${title(heading)}${row(tables)}${note(
      "Every patient is tested once, by a network that has never seen any of their images.",
    )}`,
    text: [heading, ...lines].join("\n"),
  });
}

function patientTable(folds: readonly FoldSummary[], patients: readonly string[]): Html {
  const rows = patients.map((patient) => [patient, ...folds.map((fold) => sideCell(sideOf(fold, patient)))]);
  return table(["patient", ...folds.map(({ fold }) => `fold ${fold}`)], rows);
}

function sideOf({ validation, test }: FoldSummary, patient: string): FoldSide {
  if (test.includes(patient)) return "test";
  return validation.includes(patient) ? "validation" : "train";
}

function sideCell(side: FoldSide): Html {
  const { letter, colour } = sides[side];
  const ink = side === "test" ? "white" : "black";
  return html`<div
    style="background-color:${colour};color:${ink};text-align:center;border-radius:3px;min-width:3.2em"
  >
    ${letter}
  </div>`;
}

function countTable(folds: readonly FoldSummary[]): Html {
  const rows = folds.map(({ fold, patches: { train, validation, test } }) => [
    `fold ${fold}`,
    count(train.total),
    count(validation.total),
    count(test.total),
    percent(train.byClass[1], train.total),
    percent(test.byClass[1], test.total),
  ]);
  const header = ["patches", "train", "validation", "test", "epithelium in train", "in test"];
  return table(header, rows);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}
