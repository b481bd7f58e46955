import {
  figureNames,
  figureWords,
  predictorNames,
  predictorWords,
  type Evaluation,
  type Interval,
  type ScoredItem,
  type ScoredPatients,
} from "../../evaluation/index.js";
import { html, type Html } from "../html.js";
import { count, percent, score } from "../parts.js";
import { reportTable } from "./page.js";

/** All figures of a group of patients: a figure a row, a predictor a column, each with its interval. */
export function figuresTable(caption: string, group: ScoredPatients): Html {
  return reportTable(
    caption,
    ["figure", ...predictorNames.map((predictor) => predictorWords[predictor])],
    figureNames.map((figure) => [
      figureWords[figure],
      ...predictorNames.map((predictor) =>
        withInterval(group[predictor][figure], group.intervals[predictor][figure]),
      ),
    ]),
  );
}

/** The figures at the threshold of images, patients or folds, and the F-score of who calls everything epithelium. */
export function itemsTable(caption: string, name: string, items: readonly ScoredItem[]): Html {
  const withPatient = items.some(({ patient }) => patient !== null && name === "image");
  return reportTable(
    caption,
    [
      name,
      ...(withPatient ? ["patient"] : []),
      "fold",
      "threshold",
      "pixels",
      "epithelium",
      ...figureNames.map((figure) => figureWords[figure]),
      "F-score at 0.5",
      "F-score, all epithelium",
      "accuracy, no epithelium",
    ],
    items.map((item) => [
      item.name,
      ...(withPatient ? [item.patient ?? ""] : []),
      item.fold,
      item.threshold.toFixed(3),
      count(item.pixels),
      item.epithelium === null ? "–" : percent(item.epithelium),
      ...figureNames.map((figure) => score(item.atThreshold[figure])),
      score(item.atHalf.fScore),
      score(item.allEpithelium.fScore),
      score(item.allOther.accuracy),
    ]),
  );
}

/** Each fold's threshold: on whom it was chosen, and what that cost. */
export function thresholdsTable({ thresholds, bestOnTest, folds }: Evaluation): Html {
  return reportTable(
    "Thresholds",
    [
      "fold",
      "threshold",
      "chosen on",
      "F-score of the test patients",
      "best for the test patients",
      "score there",
      "score at the chosen one",
      "cost",
    ],
    thresholds.map(({ fold, value, origin, patients }) => {
      const cost = bestOnTest.folds.find((one) => one.fold === fold);
      const scored = folds.find((one) => one.fold === fold);
      return [
        `fold ${fold}`,
        value.toFixed(3),
        origin === "given" ? "nobody: fixed beforehand" : patients.join(", "),
        scored ? withInterval(scored.atThreshold.fScore, scored.intervals.atThreshold.fScore) : "–",
        cost?.value == null ? "–" : cost.value.toFixed(3),
        score(cost?.score ?? null),
        score(cost?.atChosen ?? null),
        score(cost?.cost ?? null),
      ];
    }),
  );
}

function withInterval(value: number | null, { low, high }: Interval): Html {
  if (value === null || low === null || high === null) return html`${score(value)}`;
  return html`${score(value)} <small>(${score(low)} to ${score(high)})</small>`;
}
