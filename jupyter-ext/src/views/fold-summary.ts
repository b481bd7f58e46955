import {
  epitheliumRange,
  foldVerdict,
  sideFacts,
  sidesOf,
  type FoldSide,
  type FoldSummaryPayload,
} from "histobook/payloads";
import type { Translation } from "../context.js";
import { labelParts } from "../controls/label.js";
import { element } from "../element.js";
import { cellDetails, foldDetails, patientDetails, type Details } from "../folds/details.js";
import { patchColours } from "../patch-colours.js";
import { percent } from "../percent.js";
import { grid, type GridCell } from "../tables/grid.js";
import { scrollable } from "../tables/scrollable.js";
import { table } from "../tables/table.js";
import { typeBar } from "../tables/type-bar.js";
import { thousands } from "../thousands.js";
import { verdictBox } from "../verdict-box.js";
import type { Drawing, View } from "../view.js";

/** How a side's cells are marked; the letters tell them apart without colour. */
const letters: { [side in FoldSide]: string } = { train: "·", validation: "v", test: "T" };

/** Rows that are drawn: a longer table is for a program to read. */
const mostRows = 500;

/** The `fold-summary` view: who stands on which side of each fold, whether anybody stands on two, and what patches that gives. */
export const foldSummaryView: View<FoldSummaryPayload> = {
  draw(host, payload, { translation }): Promise<Drawing<FoldSummaryPayload>> {
    host.className = "histobook-folds";
    const { patients, folds } = payload;
    const verdict = foldVerdict(payload);
    host.append(
      element("div", { className: "histobook-header" }, [
        element("strong", {}, [
          translation.__("%1 folds of %2 patients", folds.length, thousands(patients.length)),
        ]),
      ]),
      verdictBox(verdict.clean, verdict.sentence, verdict.findings, translation),
      matrixAndDetails(payload, translation),
      legend(translation),
      element("p", { className: "histobook-folds-balance" }, [balance(payload, translation)]),
      scrollable(translation.__("Patches by fold and side"), counts(payload, translation)),
    );
    return Promise.resolve({ dispose: () => undefined });
  },
};

function matrixAndDetails(payload: FoldSummaryPayload, translation: Translation): HTMLElement {
  const { patients, folds } = payload;
  const details = element("div", { className: "histobook-folds-details", role: "status" }, [
    element("p", { className: "histobook-note" }, [
      translation.__("Point at the table, or move in it with the arrow keys, to see who stands where."),
    ]),
  ]);
  const tell = ({ heading, sentences }: Details): void =>
    details.replaceChildren(
      element("strong", {}, [heading]),
      ...sentences.map((sentence) => element("p", {}, [sentence])),
    );
  const shown = patients.slice(0, mostRows);
  const matrix = grid({
    label: translation.__("Patients and folds"),
    rows: [
      [
        { text: translation.__("patient"), heading: "col" },
        ...folds.map(({ fold }): GridCell => ({ text: translation.__("fold %1", fold), heading: "col" })),
      ],
      ...shown.map(({ name }, patient): GridCell[] => [
        { text: name, heading: "row" },
        ...folds.map((_, fold) => cellOf(sidesOf(payload, fold, patient), translation)),
      ]),
    ],
    onPlace: ({ row, column }) => {
      if (row > 0 && column > 0) tell(cellDetails(payload, row - 1, column - 1));
      else if (row > 0) tell(patientDetails(payload, row - 1));
      else if (column > 0) tell(foldDetails(payload, column - 1));
    },
  });
  const more = patients.length - shown.length;
  return element("div", { className: "histobook-folds-body" }, [
    element("div", {}, [
      matrix,
      ...(more > 0
        ? [
            element("p", { className: "histobook-note" }, [
              translation.__("and %1 more patients", thousands(more)),
            ]),
          ]
        : []),
    ]),
    details,
  ]);
}

function cellOf(sides: readonly FoldSide[], translation: Translation): GridCell {
  if (sides.length === 0) return { text: "–", label: translation.__("no part") };
  if (sides.length === 1) return { text: letters[sides[0]], label: sides[0], look: sides[0] };
  return {
    text: `✕ ${sides.map((side) => letters[side]).join("")}`,
    label: translation.__("leak: %1", sides.join(", ")),
    look: "leak",
  };
}

function legend(translation: Translation): HTMLElement {
  const words = {
    train: translation.__("trains the network"),
    validation: translation.__("validation: chooses the threshold"),
    test: translation.__("test: held out"),
  };
  return element(
    "p",
    { className: "histobook-folds-legend" },
    (Object.keys(letters) as FoldSide[]).map((side) => {
      const sign = element("span", { className: "histobook-folds-sign", ariaHidden: "true" }, [
        letters[side],
      ]);
      sign.dataset.look = side;
      return element("span", {}, [sign, words[side]]);
    }),
  );
}

function balance(payload: FoldSummaryPayload, translation: Translation): string {
  const train = epitheliumRange(payload, "train");
  const test = epitheliumRange(payload, "test");
  if (train === null || test === null) return translation.__("There are no patches.");
  const words = ([low, high]: [number, number]): string =>
    percent(low) === percent(high) ? percent(low) : translation.__("%1 to %2", percent(low), percent(high));
  return translation.__(
    "Epithelium is %1 of the training patches and %2 of the test patches.",
    words(train),
    words(test),
  );
}

/** What patches each side of each fold has, in numbers and as bars on one scale. */
function counts(payload: FoldSummaryPayload, translation: Translation): HTMLElement {
  const rows = payload.folds.flatMap(({ fold }, index) =>
    (Object.keys(letters) as FoldSide[]).map((side) => ({ fold, side, ...sideFacts(payload, index, side) })),
  );
  const filled = rows.filter(({ patients }) => patients.length > 0);
  const most = Math.max(1, ...filled.map(({ total }) => total));
  const head = [
    translation.__("fold"),
    translation.__("side"),
    translation.__("patients"),
    translation.__("patches"),
    ...(["p", "e", "b"] as const).map((type) => labelParts(type, patchColours[type])),
    translation.__("epithelium"),
    translation.__("patches by type"),
  ];
  return table(
    head,
    filled.map(({ fold, side, patients, patches, total, epithelium }) => [
      String(fold),
      side,
      thousands(patients.length),
      thousands(total),
      ...(["p", "e", "b"] as const).map((type) => thousands(patches[type])),
      epithelium === null ? "–" : percent(epithelium),
      [typeBar(patches, most)],
    ]),
  );
}
