import type { EvaluationPayload } from "histobook/payloads";
import type { ViewContext } from "../context.js";
import { element } from "../element.js";
import { table } from "../tables/table.js";
import { score } from "./score.js";

type FigureRow = NonNullable<EvaluationPayload["figures"]>[number];
type FoldRow = NonNullable<EvaluationPayload["folds"]>[number];

/** All figures over all pixels: a figure a row, a predictor a column, and the interval at the chosen threshold. */
export function figureTable(rows: readonly FigureRow[], { translation }: ViewContext): HTMLElement {
  return table(
    [
      translation.__("over all pixels"),
      translation.__("at the chosen threshold"),
      translation.__("95 % with other patients"),
      translation.__("at 0.5"),
      translation.__("everything called epithelium"),
      translation.__("nothing called epithelium"),
    ],
    rows.map(({ name, atThreshold, low, high, atHalf, allEpithelium, allOther }) => [
      name,
      score(atThreshold),
      translation.__("%1 to %2", score(low), score(high)),
      score(atHalf),
      score(allEpithelium),
      score(allOther),
    ]),
  );
}

/** Each fold's F-score on a line from 0 to 1, with its interval as a bar. */
export function foldTable(rows: readonly FoldRow[], { translation }: ViewContext): HTMLElement {
  return table(
    [
      translation.__("fold"),
      translation.__("threshold"),
      translation.__("F-score"),
      translation.__("95 % with other patients"),
      translation.__("0 to 1"),
    ],
    rows.map(({ name, threshold, fScore, low, high }) => [
      name,
      threshold.toFixed(2),
      score(fScore),
      translation.__("%1 to %2", score(low), score(high)),
      [intervalBar(fScore, low, high)],
    ]),
  );
}

/** The numbers stand in the cells before it. */
function intervalBar(fScore: number | null, low: number | null, high: number | null): HTMLElement {
  const strip = element("div", { className: "histobook-strip", ariaHidden: "true" });
  if (fScore === null || low === null || high === null) return strip;
  const bar = element("span", { className: "histobook-interval" });
  bar.style.left = `${100 * low}%`;
  bar.style.width = `${100 * (high - low)}%`;
  const mark = element("span", { className: "histobook-predictor" }, ["●"]);
  mark.dataset.predictor = "atThreshold";
  mark.style.left = `${100 * fScore}%`;
  strip.append(bar, mark);
  return strip;
}
