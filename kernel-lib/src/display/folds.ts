import type { FoldsResult } from "../folds/index.js";
import {
  epitheliumRange,
  foldSides,
  foldVerdict,
  sideFacts,
  sidesOf,
  viewMimeType,
  type FoldSide,
  type FoldSummaryPayload,
} from "../payloads/index.js";
import { bundle, payloadForm, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { count, figure, note, percent, row, swatch, table, title, verdictLine } from "./parts.js";

/** The sides of a fold: how a patient's cell looks and reads. */
const looks = {
  train: { letter: "·", colour: "#d9d9d9", words: "trains the network" },
  validation: { letter: "v", colour: "#e69f00", words: "v: validation, kept aside for the threshold" },
  test: { letter: "T", colour: "#0072b2", words: "T: test, held out" },
} as const;

/** More patients than this make a table that nobody reads. */
const mostPatients = 60;

/** So many findings are listed; a split that leaks often leaks for one reason. */
const mostFindings = 10;

/**
 * Shows which patients train, choose the threshold and test in each fold, what patches that gives, and whether a patient
 * stands on two sides.
 *
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * const { data } = showFolds(await makeFolds(study));
 * String(data["text/plain"]).split("\n").slice(0, 2);
 * // => ["5 folds of 10 patients", "No leak: no patient stands on two sides of a fold, and each is tested exactly once."]
 */
export function showFolds(folds: FoldsResult): Bundle {
  const payload = foldsPayload(folds);
  const { patients } = payload;
  const heading = `${payload.folds.length} folds of ${count(patients.length)} patients`;
  const { clean, sentence, findings } = foldVerdict(payload);
  const listed = findings.slice(0, mostFindings);
  const more = findings.length > listed.length ? [`and ${findings.length - listed.length} more`] : [];
  const legend = Object.values(looks).map(({ colour, words }) => html`${swatch(colour)}${words}&emsp;`);
  const tables = [
    ...(patients.length <= mostPatients ? [figure(patientTable(payload), legend)] : []),
    countTable(payload),
  ];
  const { custom, tooLarge } = payloadForm(viewMimeType("fold-summary"), payload);
  const lines = folds.folds.map(
    ({ fold, train, validation, test }) =>
      `  fold ${fold}: test ${namesOf(test)}; ${train.length} train, ${validation.length} choose the threshold`,
  );
  return bundle({
    custom,
    html: html`${title(heading)}${verdictLine(clean, sentence)}${[...listed, ...more].map((finding) => note(finding))}
    ${row(tables)}${[balanceWords(payload), ...tooLarge].map((words) => note(words))}`,
    text: [heading, sentence, ...[...listed, ...more].map((finding) => `  ${finding}`), ...lines].join("\n"),
  });
}

function namesOf(patients: readonly string[]): string {
  const more = patients.length - mostPatients;
  return patients.slice(0, mostPatients).join(", ") + (more > 0 ? ` and ${count(more)} more` : "");
}

/** The payload of the extension's `fold-summary` view. */
function foldsPayload({ folds, patients }: FoldsResult): FoldSummaryPayload {
  return {
    version: 1,
    patients: patients.map(({ name, images, patches }) => ({ name, images, patches })),
    folds: folds.map((fold) => {
      const members = {
        train: new Set(fold.train),
        validation: new Set(fold.validation),
        test: new Set(fold.test),
      };
      const digit = (name: string): number =>
        (Object.keys(foldSides) as FoldSide[]).reduce(
          (sum, side) => sum + (members[side].has(name) ? foldSides[side] : 0),
          0,
        );
      return { fold: fold.fold, sides: patients.map(({ name }) => digit(name)).join("") };
    }),
  };
}

function balanceWords(payload: FoldSummaryPayload): string {
  const words = (["train", "test"] as const).flatMap((side) => {
    const range = epitheliumRange(payload, side);
    if (range === null) return [];
    const [low, high] = range.map(percent);
    return [`${low === high ? low : `${low} to ${high}`} of the ${side} patches`];
  });
  return words.length === 0 ? "There are no patches." : `Epithelium is ${words.join(" and ")}.`;
}

function patientTable(payload: FoldSummaryPayload): Html {
  const rows = payload.patients.map(({ name }, patient) => [
    name,
    ...payload.folds.map((_, fold) => sideCell(sidesOf(payload, fold, patient))),
  ]);
  return table(["patient", ...payload.folds.map(({ fold }) => `fold ${fold}`)], rows);
}

function sideCell(sides: readonly FoldSide[]): Html {
  if (sides.length === 0) return html`–`;
  const leak = sides.length > 1;
  const { letter, colour } = leak
    ? { letter: `✕ ${sides.map((side) => looks[side].letter).join("")}`, colour: "#b3261e" }
    : looks[sides[0]];
  const ink = leak || sides[0] === "test" ? "white" : "black";
  return html`<div
    style="background-color:${colour};color:${ink};text-align:center;border-radius:3px;min-width:3.2em"
  >
    ${letter}
  </div>`;
}

function countTable(payload: FoldSummaryPayload): Html {
  const rows = payload.folds.map(({ fold }, index) => {
    const [train, validation, test] = (["train", "validation", "test"] as const).map((side) =>
      sideFacts(payload, index, side),
    );
    const types = (["p", "e", "b"] as const).map((type) => count(train.patches[type]));
    return [
      `fold ${fold}`,
      count(train.total),
      ...types,
      count(validation.total),
      count(test.total),
      ...[train, test].map(({ epithelium }) => (epithelium === null ? "–" : percent(epithelium))),
    ];
  });
  const header = [
    "patches",
    "train",
    "of it p",
    "e",
    "b",
    "validation",
    "test",
    "epithelium in train",
    "in test",
  ];
  return table(header, rows);
}
