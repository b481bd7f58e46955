import { basename } from "node:path";
import { cellSignal, numberOption, stopIfAborted, type RunOptions } from "../../foundation/index.js";
import { calibrationError, addLevels, fScoreCurve, type Evaluation } from "../../evaluation/index.js";
import type { Study } from "../../study/index.js";
import { version } from "../../version.js";
import { curveThresholds } from "../evaluation.js";
import { boundaryPlot, calibrationPlot, curvePlot, intervalPlot, patientPlot } from "../evaluationPlots.js";
import { headline, patientsSentence, thresholdSentence } from "../evaluationWords.js";
import { html, type Html } from "../html.js";
import { count, score } from "../parts.js";
import { loadPlotter, type Panel, type Plot } from "../plot.js";
import { sourceNote } from "../source.js";
import { figuresTable, itemsTable, thresholdsTable } from "./figureTables.js";
import { evenlyRanked, imageFigure, picturesLegend } from "./imagePictures.js";
import { page, section, svgFigure } from "./page.js";

/** The options of an evaluation's report. */
export interface ReportOptions extends RunOptions {
  /** Images with pictures, from the worst to the best; default 12. */
  pictures?: number;
}

/**
 * An evaluation as one HTML page to publish or to send: tables of all figures with their intervals, charts, and pictures of
 * images with the mask's and the network's outline. It needs no script and no network, and the same evaluation gives the same
 * bytes.
 *
 * @throws HistobookError `BadOption`, `Interrupted`, `BadInput` when an image or a map can't be read any more.
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * await output(study.directory, { fold: 1, stride: 32 });
 * const page = await evaluationReport(await evaluate(study, { threshold: 0.5 }), study);
 * /<script|https?:/.test(page); // => false
 */
export async function evaluationReport(
  evaluation: Evaluation,
  study: Study,
  options: ReportOptions = {},
): Promise<string> {
  const { signal = cellSignal(), report } = options;
  const most = numberOption("--pictures", options.pictures ?? 12, { minimum: 0, integer: true });
  const { images, patients, folds, pooled, averaged, skipped } = evaluation;
  const shown = evenlyRanked(images, most);
  const figures: Html[] = [];
  for (const item of shown) {
    stopIfAborted(signal, "evaluate");
    figures.push(await imageFigure(study, item));
    const done = { done: figures.length, total: shown.length, unit: "pictures", detail: item.name };
    report?.({ event: "progress", step: "evaluate", ...done });
  }
  return page(`Epithelium segmentation: evaluation of ${basename(study.directory)}`, [
    html`<p><strong>${headline(evaluation)}.</strong></p>
      <p>
        ${count(images.length)} images of ${count(patients.length)} patients in ${count(folds.length)}
        ${folds.length === 1 ? "fold" : "folds"}, each mapped by a network that has not seen its patient.
        ${patientsSentence(evaluation)}
      </p>`,
    section("All figures", [
      html`<p>
        Beside the network stand two predictors that look at nothing: what they reach is no merit. In
        brackets: 95 % with other patients. The calibration error is best at 0, all others at 1.
      </p>`,
      figuresTable("Over all pixels of all test patients", pooled),
      figuresTable("Mean over patients, each counting once", averaged),
    ]),
    section("Thresholds", [html`<p>${thresholdSentence(evaluation)}</p>`, thresholdsTable(evaluation)]),
    section("Charts", [html`<div class="charts">${await charts(evaluation)}</div>`]),
    section("Images", [
      html`<p>
        ${shown.length} of ${count(images.length)} images, from the worst F-score to the best at even steps.
      </p>`,
      await picturesLegend(),
      html`<div class="images">${figures}</div>`,
    ]),
    section("Folds, patients and images", [
      itemsTable("Folds", "fold's name", folds),
      itemsTable("Patients", "patient", patients),
      itemsTable("Images", "image", images),
    ]),
    section("How it was made", [
      html`<ul>
        <li>histobook ${version}; each figure is defined in its docs/evaluation.md.</li>
        <li>Boundaries are compared in working pixels, those of the probability maps.</li>
        ${skipped.map(({ reason }) => html`<li>Passed over: ${reason}</li>`)}
      </ul>`,
      ...sourceNote(study),
    ]),
  ]);
}

/** The charts, each a picture with its words. */
async function charts(evaluation: Evaluation): Promise<Html[]> {
  const plotter = await loadPlotter();
  const { patients, pooled, calibration, repeats, seed } = evaluation;
  const levels = patients.map((patient) => patient.levels);
  const curve = fScoreCurve(levels, curveThresholds, { repeats, seed }).map(({ value, ...band }, i) => ({
    threshold: curveThresholds[i],
    fScore: value,
    ...band,
  }));
  const error = score(calibrationError(addLevels(levels)));
  const { boundaryF0, boundaryF3 } = pooled.atThreshold;
  const drawings: [(plot: Plot) => Panel, string, string][] = [
    [
      (plot) => intervalPlot(plot, evaluation),
      `F-score of all patients and of each fold with its 95 % interval; ${headline(evaluation)}`,
      "F-score of all and of each fold, with its 95 % interval.",
    ],
    [
      (plot) => patientPlot(plot, evaluation),
      "F-score of each patient, the same numbers as in the table of patients",
      "F-score of each patient.",
    ],
    [
      (plot) => curvePlot(plot, curve),
      "F-score over all patients at each threshold from 0 to 1, with its 95 % band",
      "F-score at every threshold, the same for all folds.",
    ],
    [
      (plot) => calibrationPlot(plot, evaluation),
      `Reliability curve in ${calibration.length} bins; calibration error ${error}`,
      `Reliability: of the pixels that are given a probability, what share is epithelium? Calibration error ${error}.`,
    ],
    [
      (plot) => boundaryPlot(plot, evaluation),
      `Boundary F-score, from ${score(boundaryF0)} at 0 pixels to ${score(boundaryF3)} at 3 pixels`,
      "Boundary F-score: how much of the outlines meet exactly, and within 1, 2 and 3 pixels.",
    ],
  ];
  return drawings.map(([draw, alternative, caption]) =>
    svgFigure(
      plotter((plot) => [draw(plot)]),
      alternative,
      caption,
    ),
  );
}
