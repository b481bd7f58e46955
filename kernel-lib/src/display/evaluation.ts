import {
  boundaryTolerances,
  figureNames,
  figureWords,
  fScoreCurve,
  predictorNames,
  predictorWords,
  type Evaluation,
  type FigureName,
  type ScoredPatients,
  type ScoreSet,
} from "../evaluation/index.js";
import { mapRequest, viewMimeType, type EvaluationPayload } from "../payloads/index.js";
import type { Study } from "../study/index.js";
import { bundle, payloadForm, type Bundle } from "./bundle.js";
import { boundaryPlot, calibrationPlot, curvePlot, intervalPlot, patientPlot } from "./evaluationPlots.js";
import { between, headline, patientsSentence, thresholdSentence } from "./evaluationWords.js";
import { html, type Html } from "./html.js";
import { liveDisplay, type LiveAnswer } from "./live.js";
import { liveBody } from "./liveBody.js";
import { showMap } from "./map.js";
import { note, row, score, table, title } from "./parts.js";
import { plotSvg } from "./plot.js";

/** Thresholds of the curve, images that are listed as the worst. */
const sizes = { thresholds: 51, worst: 10 };

/**
 * Shows how well held-out patients were segmented: all figures with their intervals beside what a predictor reaches that looks
 * at nothing, each patient's F-score, each fold's threshold, the F-score at every threshold, how far the probabilities can be
 * believed, how well boundaries are met, and the images that went worst.
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
  const { pooled, averaged, folds, patients } = evaluation;
  const live = study && liveDisplay({ map: (body) => mapAnswer(study, body) });
  const payload: EvaluationPayload = { ...evaluationPayload(evaluation), ...live };
  const { worst, notes } = payload;
  const svg = await plotSvg((plot) => [
    intervalPlot(plot, evaluation),
    patientPlot(plot, evaluation),
    curvePlot(plot, payload.curve),
    calibrationPlot(plot, evaluation),
    boundaryPlot(plot, evaluation),
  ]);
  const folding = table(
    ["fold", "threshold", "F-score there", "95 %", "F-score at 0.5"],
    folds.map(({ name, threshold, atThreshold, atHalf, intervals }) => [
      name,
      threshold.toFixed(2),
      score(atThreshold.fScore),
      between(intervals.atThreshold.fScore),
      score(atHalf.fScore),
    ]),
  );
  const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  const words =
    "F-score of all, of each fold and of each patient, F-score at each threshold, reliability curve, and boundary F-score at 0 to 3 pixels";
  const { custom, tooLarge } = payloadForm(viewMimeType("evaluation"), payload);
  const worstWords = worst
    .slice(0, 3)
    .map(({ name, fScore }) => `${name} (${score(fScore)})`)
    .join(", ");
  return bundle({
    recorded: evaluation.recorded,
    custom,
    html: html`${title(headline(evaluation))}${row([
      html`${figureTable("all pixels", pooled)}${figureTable("mean of patients", averaged)}${folding}`,
      html`<img src="${url}" alt="${words}" style="max-width:100%" />`,
    ])}${note(`Worst images: ${worstWords}`)}${[...notes, ...tooLarge].map((words) => note(words))}`,
    text: [
      headline(evaluation),
      ...patients.map(
        ({ name, fold, atThreshold, atHalf }) =>
          `  patient ${name} (fold ${fold}): ${score(atThreshold.fScore)}, at 0.5 ${score(atHalf.fScore)}`,
      ),
      `  worst images: ${worstWords}`,
      `  ${thresholdSentence(evaluation)}`,
    ].join("\n"),
  });
}

/** The payload of the extension's `evaluation` view. */
function evaluationPayload(evaluation: Evaluation): EvaluationPayload {
  const { pooled, averaged, patients, folds, images, skipped, repeats, seed } = evaluation;
  const levels = patients.map((patient) => patient.levels);
  const curve = fScoreCurve(levels, curveThresholds, { repeats, seed });
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
    curve: curve.map(({ value, low, high }, i) => ({
      threshold: curveThresholds[i],
      fScore: value,
      low,
      high,
    })),
    repeats,
    calibration: evaluation.calibration,
    figures: figureNames.map((figure) => ({
      name: figureWords[figure],
      ...Object.fromEntries(predictorNames.map((predictor) => [predictor, pooled[predictor][figure]])),
      ...pooled.intervals.atThreshold[figure],
    })) as EvaluationPayload["figures"],
    folds: folds.map(({ name, fold, threshold, atThreshold, intervals }) => ({
      name,
      fold,
      threshold,
      fScore: atThreshold.fScore,
      ...intervals.atThreshold.fScore,
    })),
    boundary: boundaryTolerances.map((tolerance) => {
      const figure: FigureName = `boundaryF${tolerance}`;
      return { tolerance, fScore: pooled.atThreshold[figure], ...pooled.intervals.atThreshold[figure] };
    }),
    worst: ranked.slice(0, sizes.worst).map(({ name, patient, fold, atThreshold }) => ({
      name,
      patient: patient ?? "",
      fold,
      fScore: atThreshold.fScore,
    })),
    notes: [
      thresholdSentence(evaluation),
      patientsSentence(evaluation),
      ...skipped.map(({ reason }) => reason),
    ],
  };
}

/** Where the F-score's curve is drawn. */
export const curveThresholds: readonly number[] = Array.from(
  { length: sizes.thresholds },
  (_, i) => i / (sizes.thresholds - 1),
);

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

/** A figure a row, a predictor a column; the threshold's with its interval. */
function figureTable(name: string, scores: ScoredPatients): Html {
  return table(
    [name, predictorWords.atThreshold, "95 %", ...predictorNames.slice(1).map((one) => predictorWords[one])],
    figureNames.map((figure) => [
      figureWords[figure],
      score(scores.atThreshold[figure]),
      between(scores.intervals.atThreshold[figure]),
      ...predictorNames.slice(1).map((one) => score(scores[one][figure])),
    ]),
  );
}
