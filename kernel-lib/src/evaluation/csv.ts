import type { Evaluation, ScoredItem } from "./evaluate.js";
import {
  figureNames,
  predictorNames,
  type FigureName,
  type PredictorName,
  type ScoreSet,
} from "./predictorScores.js";
import type { ScoreIntervals } from "./scoreIntervals.js";

/**
 * An evaluation as a table for spreadsheets and statistics programs (RFC 4180): a row for each predictor of each image,
 * patient and fold, of all pixels and of the mean over patients; a column for each figure, and for the ends of its 95 %
 * interval where it has one. What is not defined is empty.
 *
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * await output(study.directory, { fold: 1, stride: 32 });
 * const lines = evaluationCsv(await evaluate(study, { threshold: 0.5 })).split("\r\n");
 * lines[0].split(",").slice(0, 9);
 * // => ["level", "name", "patient", "fold", "predictor", "threshold", "pixels", "epithelium", "fScore"]
 */
export function evaluationCsv(evaluation: Evaluation): string {
  const { images, patients, folds, pooled, averaged } = evaluation;
  const header = [
    ...["level", "name", "patient", "fold", "predictor", "threshold", "pixels", "epithelium"],
    ...figureNames.flatMap((figure) => [figure, `${figure}Low`, `${figure}High`]),
  ];
  const items = (level: string, all: readonly ScoredItem[]): Cell[][] =>
    all.flatMap((item) => rowsOf(level, item.name, item, item));
  const rows = [
    ...items("image", images),
    ...items("patient", patients),
    ...folds.flatMap((fold) => rowsOf("fold", fold.name, fold, fold, fold.intervals)),
    ...rowsOf("all", "all pixels", pooled, {}, pooled.intervals),
    ...rowsOf("all", "mean of patients", averaged, {}, averaged.intervals),
  ];
  return [header, ...rows].map((cells) => cells.map(csvCell).join(",") + "\r\n").join("");
}

type Cell = string | number | null | undefined;

function rowsOf(
  level: string,
  name: string,
  scores: ScoreSet,
  item: Partial<ScoredItem>,
  intervals?: ScoreIntervals,
): Cell[][] {
  const threshold: Record<PredictorName, number | undefined> = {
    atThreshold: item.threshold,
    atHalf: 0.5,
    allEpithelium: undefined,
    allOther: undefined,
  };
  const figure = (predictor: PredictorName, one: FigureName): Cell[] => {
    const { low, high } = intervals?.[predictor][one] ?? {};
    return [scores[predictor][one], low, high];
  };
  return predictorNames.map((predictor) => [
    ...[level, name, item.patient, item.fold, predictor, threshold[predictor], item.pixels, item.epithelium],
    ...figureNames.flatMap((one) => figure(predictor, one)),
  ]);
}

/** Text with a comma, a quote or a line's end stands in quotes, its quotes doubled. */
function csvCell(cell: Cell): string {
  const text = String(cell ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
