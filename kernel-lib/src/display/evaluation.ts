import type * as PlotModule from "@observablehq/plot";
import type { Evaluation, Scores, ScoreSet } from "../output/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { note, row, score, table, title } from "./parts.js";
import { plotSvg, type Plot } from "./plot.js";

/** The three predictors that are compared, with their colours and symbols. */
const predictors = [
  { key: "atThreshold", words: "at the chosen threshold", colour: "#0072b2", symbol: "circle" },
  { key: "atHalf", words: "at 0.5", colour: "#e69f00", symbol: "triangle" },
  { key: "allEpithelium", words: "calling everything epithelium", colour: "#888888", symbol: "times" },
] as const satisfies { key: keyof ScoreSet; words: string; colour: string; symbol: PlotModule.SymbolType }[];

/**
 * Shows how well held-out patients were segmented: the scores over all, each patient's F-score, each fold's threshold.
 *
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * await output(study.directory, { fold: 1, stride: 32 });
 * const evaluation = await evaluate(study, { threshold: 0.5 });
 * Object.keys((await showEvaluation(evaluation)).data); // => ["text/html", "text/plain"]
 */
export async function showEvaluation(evaluation: Evaluation): Promise<Bundle> {
  const { pooled, averaged, folds, patients, skipped } = evaluation;
  const heading = `F-score on held-out patients: ${score(pooled.atThreshold.fScore)} at the chosen threshold, ${score(pooled.atHalf.fScore)} at 0.5, ${score(pooled.allEpithelium.fScore)} when everything is called epithelium`;
  const svg = await plotSvg((plot) => [patientPlot(plot, evaluation)]);
  const folding = table(
    ["fold", "threshold", "F-score there", "F-score at 0.5"],
    folds.map(({ name, threshold, atThreshold, atHalf }) => [
      name,
      threshold.toFixed(2),
      score(atThreshold.fScore),
      score(atHalf.fScore),
    ]),
  );
  const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  const words = "F-score of each patient";
  return bundle({
    html: html`${title(heading)}${row([
      html`${scoreTable("all pixels", pooled)}${scoreTable("mean of patients", averaged)}${folding}`,
      html`<img src="${url}" alt="${words}" style="max-width:100%" />`,
    ])}${skipped.map(({ reason }) => note(reason))}`,
    text: [
      heading,
      ...patients.map(
        ({ name, fold, atThreshold, atHalf }) =>
          `  patient ${name} (fold ${fold}): ${score(atThreshold.fScore)}, at 0.5 ${score(atHalf.fScore)}`,
      ),
    ].join("\n"),
  });
}

function scoreTable(name: string, scores: ScoreSet): Html {
  const columns = ["fScore", "precision", "recall", "iou", "accuracy"] as const satisfies (keyof Scores)[];
  const rows = predictors.map(({ key, words }) => [
    words,
    ...columns.map((column) => score(scores[key][column])),
  ]);
  return table([name, "F-score", "precision", "recall", "IoU", "accuracy"], rows);
}

function patientPlot(
  plot: Plot,
  { patients }: Evaluation,
): PlotModule.PlotOptions & { width: number; height: number } {
  const sorted = [...patients].sort((a, b) => (a.atThreshold.fScore ?? 0) - (b.atThreshold.fScore ?? 0));
  const marks = predictors.flatMap(({ key, words, colour, symbol }, i) => [
    plot.dot(
      sorted.filter((patient) => patient[key].fScore !== null),
      {
        x: (patient: (typeof patients)[number]) => patient[key].fScore,
        y: "name",
        stroke: colour,
        symbol,
        r: 5,
        strokeWidth: 2,
      },
    ),
    plot.text([words], {
      frameAnchor: "top-left",
      dx: 4,
      dy: -42 + 14 * i,
      fill: colour,
      textAnchor: "start",
      fontSize: 12,
    }),
  ]);
  return {
    width: 460,
    height: 90 + 20 * sorted.length,
    marginTop: 50,
    marginLeft: 90,
    x: { domain: [0, 1], label: "F-score of a patient's pixels", grid: true },
    y: { domain: sorted.map(({ name }) => name), label: null },
    marks,
  };
}
