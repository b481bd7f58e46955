import type * as PlotModule from "@observablehq/plot";
import { fScoreCurve, type Evaluation, type Scores, type ScoreSet } from "../evaluation/index.js";
import { mapRequest, viewMimeType, type EvaluationPayload } from "../payloads/index.js";
import type { Study } from "../study/index.js";
import { bundle, payloadForm, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { liveDisplay, type LiveAnswer } from "./live.js";
import { liveBody } from "./liveBody.js";
import { showMap } from "./map.js";
import { note, row, score, table, title } from "./parts.js";
import { plotSvg, type Panel, type Plot } from "./plot.js";

/** The three predictors that are compared, with their colours and symbols. */
const predictors = [
  { key: "atThreshold", words: "at the chosen threshold", colour: "#0072b2", symbol: "circle" },
  { key: "atHalf", words: "at 0.5", colour: "#e69f00", symbol: "triangle" },
  { key: "allEpithelium", words: "calling everything epithelium", colour: "#888888", symbol: "times" },
] as const satisfies { key: keyof ScoreSet; words: string; colour: string; symbol: PlotModule.SymbolType }[];

/** Thresholds of the curve, images that are listed as the worst. */
const sizes = { thresholds: 51, worst: 10 };

/**
 * Shows how well held-out patients were segmented: the scores over all, each patient's F-score, each fold's threshold, the
 * F-score at every threshold with the band in which it would lie with other patients, how far the probabilities can be
 * believed, and the images that went worst.
 *
 * @param study in the kernel "TypeScript (histobook)" the JupyterLab extension then shows the worst images' maps
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * await output(study.directory, { fold: 1, stride: 32 });
 * const evaluation = await evaluate(study, { threshold: 0.5 });
 * Object.keys((await showEvaluation(evaluation, study)).data);
 * // => ["application/vnd.histobook.evaluation.v1+json", "text/html", "text/plain"]
 */
export async function showEvaluation(evaluation: Evaluation, study?: Study): Promise<Bundle> {
  const { pooled, averaged, folds, patients, skipped } = evaluation;
  const live = study && liveDisplay({ map: (body) => mapAnswer(study, body) });
  const payload: EvaluationPayload = { ...evaluationPayload(evaluation), ...live };
  const { band, worst } = payload;
  const heading = `F-score on held-out patients: ${score(pooled.atThreshold.fScore)} at the chosen threshold (${score(band.low)} to ${score(band.high)} with other patients), ${score(pooled.atHalf.fScore)} at 0.5, ${score(pooled.allEpithelium.fScore)} when everything is called epithelium`;
  const svg = await plotSvg((plot) => [
    patientPlot(plot, evaluation),
    curvePlot(plot, payload),
    calibrationPlot(plot, payload),
  ]);
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
  const words = "F-score of each patient, F-score at each threshold, and calibration";
  const { custom, tooLarge } = payloadForm(viewMimeType("evaluation"), payload);
  const worstWords = worst
    .slice(0, 3)
    .map(({ name, fScore }) => `${name} (${score(fScore)})`)
    .join(", ");
  return bundle({
    custom,
    html: html`${title(heading)}${row([
      html`${scoreTable("all pixels", pooled)}${scoreTable("mean of patients", averaged)}${folding}`,
      html`<img src="${url}" alt="${words}" style="max-width:100%" />`,
    ])}${note(`Worst images: ${worstWords}`)}${[...skipped.map(({ reason }) => reason), ...tooLarge].map((words) => note(words))}`,
    text: [
      heading,
      ...patients.map(
        ({ name, fold, atThreshold, atHalf }) =>
          `  patient ${name} (fold ${fold}): ${score(atThreshold.fScore)}, at 0.5 ${score(atHalf.fScore)}`,
      ),
      `  worst images: ${worstWords}`,
    ].join("\n"),
  });
}

/** The payload of the extension's `evaluation` view. */
function evaluationPayload(evaluation: Evaluation): EvaluationPayload {
  const { pooled, averaged, patients, images, skipped, repeats, seed } = evaluation;
  const thresholds = Array.from({ length: sizes.thresholds }, (_, i) => i / (sizes.thresholds - 1));
  const levels = patients.map((patient) => patient.levels);
  const curve = fScoreCurve(levels, thresholds, { repeats, seed });
  const ranked = [...images].sort((a, b) => (a.atThreshold.fScore ?? 2) - (b.atThreshold.fScore ?? 2));
  return {
    version: 1,
    pooled: fScoresOf(pooled),
    band: pooled.intervals.atThreshold.fScore,
    averaged: fScoresOf(averaged),
    patients: patients.map(({ name, fold, threshold, counts, ...scores }) => ({
      name,
      fold,
      threshold,
      scores: fScoresOf(scores),
      counts,
    })),
    curve: curve.map(({ value, low, high }, i) => ({ threshold: thresholds[i], fScore: value, low, high })),
    repeats,
    calibration: evaluation.calibration,
    worst: ranked.slice(0, sizes.worst).map(({ name, patient, fold, atThreshold }) => ({
      name,
      patient: patient ?? "",
      fold,
      fScore: atThreshold.fScore,
    })),
    notes: skipped.map(({ reason }) => reason),
  };
}

function fScoresOf({ atThreshold, atHalf, allEpithelium }: ScoreSet): EvaluationPayload["pooled"] {
  return {
    atThreshold: atThreshold.fScore,
    atHalf: atHalf.fScore,
    allEpithelium: allEpithelium.fScore,
  };
}

/** The map of an image that the view asks for: the payload that `showMap` makes of it. */
async function mapAnswer(study: Study, body: unknown): Promise<LiveAnswer> {
  const { name, fold } = liveBody(mapRequest, body, {
    subject: "the image to show",
    fix: "choose it in the list of images",
  });
  const { data } = await showMap(study, name, { fold });
  return { body: data[viewMimeType("probability-map")] };
}

function scoreTable(name: string, scores: ScoreSet): Html {
  const columns = ["fScore", "precision", "recall", "iou", "accuracy"] as const satisfies (keyof Scores)[];
  const rows = predictors.map(({ key, words }) => [
    words,
    ...columns.map((column) => score(scores[key][column])),
  ]);
  return table([name, "F-score", "precision", "recall", "IoU", "accuracy"], rows);
}

/** The F-score at each threshold, and the band in which 95 % of it lie when patients are drawn again. */
function curvePlot(plot: Plot, { curve }: EvaluationPayload): Panel {
  const defined = curve.filter(({ fScore, low, high }) => fScore !== null && low !== null && high !== null);
  return {
    width: 460,
    height: 220,
    marginLeft: 90,
    x: { domain: [0, 1], label: "threshold, the same for all" },
    y: { domain: [0, 1], label: "F-score over all (band: 95 % with other patients)", grid: true },
    marks: [
      plot.areaY(defined, { x: "threshold", y1: "low", y2: "high", fill: "#0072b2", fillOpacity: 0.2 }),
      plot.line(defined, { x: "threshold", y: "fScore", stroke: "#0072b2", strokeWidth: 2 }),
    ],
  };
}

/** What share of the pixels of a probability is epithelium in truth; the grey line: as much as was said. */
function calibrationPlot(plot: Plot, { calibration }: EvaluationPayload): Panel {
  return {
    width: 460,
    height: 220,
    marginLeft: 90,
    x: { domain: [0, 1], label: "probability" },
    y: { domain: [0, 1], label: "share that is epithelium (grey: as much as was said)", grid: true },
    marks: [
      plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: "#888" },
      ),
      plot.line(calibration, { x: "predicted", y: "observed", stroke: "#0072b2" }),
      plot.dot(calibration, { x: "predicted", y: "observed", fill: "#0072b2", r: 4 }),
    ],
  };
}

function patientPlot(plot: Plot, { patients }: Evaluation): Panel {
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
