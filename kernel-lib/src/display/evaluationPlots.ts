import type * as PlotModule from "@observablehq/plot";
import {
  boundaryTolerances,
  predictorWords,
  type Evaluation,
  type FigureName,
  type PredictorName,
  type ScoreBand,
} from "../evaluation/index.js";
import type { Panel, Plot } from "./plot.js";

/** Each predictor's colour and symbol, in every plot. */
const looks: Readonly<Record<PredictorName, { colour: string; symbol: PlotModule.SymbolType }>> = {
  atThreshold: { colour: "#0072b2", symbol: "circle" },
  atHalf: { colour: "#b35900", symbol: "triangle" },
  allEpithelium: { colour: "#6b6b6b", symbol: "times" },
  allOther: { colour: "#6b6b6b", symbol: "plus" },
};

/** Those that are drawn: calling nothing epithelium has no F-score but 0. */
const drawn = ["atThreshold", "atHalf", "allEpithelium"] as const satisfies PredictorName[];

const width = 460;
const marginLeft = 90;
const blue = looks.atThreshold.colour;

/** A point of the F-score's curve. */
export interface CurvePoint extends Omit<ScoreBand, "value"> {
  threshold: number;
  fScore: number | null;
}

/** The F-score at each threshold, and the band in which 95 % of it lie when patients are drawn again. */
export function curvePlot(plot: Plot, curve: readonly CurvePoint[]): Panel {
  const defined = curve.filter(({ fScore, low, high }) => fScore !== null && low !== null && high !== null);
  return {
    width,
    height: 220,
    marginLeft,
    x: { domain: [0, 1], label: "threshold, the same for all" },
    y: { domain: [0, 1], label: "F-score over all (band: 95 % with other patients)", grid: true },
    marks: [
      plot.areaY(defined, { x: "threshold", y1: "low", y2: "high", fill: blue, fillOpacity: 0.2 }),
      plot.line(defined, { x: "threshold", y: "fScore", stroke: blue, strokeWidth: 2 }),
    ],
  };
}

/**
 * The reliability curve: what share of the pixels of a probability is epithelium in truth; the grey line: as much as was said;
 * the bars: what share of all pixels has that probability.
 */
export function calibrationPlot(plot: Plot, { calibration }: Pick<Evaluation, "calibration">): Panel {
  const all = calibration.reduce((sum, { pixels }) => sum + pixels, 0);
  const bars = calibration.map(({ from, to, pixels }) => ({ from, to, share: pixels / all }));
  return {
    width,
    height: 220,
    marginLeft,
    x: { domain: [0, 1], label: "probability" },
    y: {
      domain: [0, 1],
      label: "share that is epithelium (grey: as said; bars: share of pixels)",
      grid: true,
    },
    marks: [
      plot.rectY(bars, { x1: "from", x2: "to", y: "share", fill: "#d0d0d0", inset: 1 }),
      plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: "#888" },
      ),
      plot.line(calibration, { x: "predicted", y: "observed", stroke: blue }),
      plot.dot(calibration, { x: "predicted", y: "observed", fill: blue, r: 4 }),
    ],
  };
}

/** Each patient's F-score. */
export function patientPlot(plot: Plot, { patients }: Pick<Evaluation, "patients">): Panel {
  const sorted = [...patients].sort((a, b) => (a.atThreshold.fScore ?? 0) - (b.atThreshold.fScore ?? 0));
  const marks = drawn.flatMap((predictor, i) => [
    plot.dot(
      sorted.filter((patient) => patient[predictor].fScore !== null),
      {
        x: (patient: (typeof patients)[number]) => patient[predictor].fScore,
        y: "name",
        stroke: looks[predictor].colour,
        symbol: looks[predictor].symbol,
        r: 5,
        strokeWidth: 2,
      },
    ),
    legend(plot, predictor, i),
  ]);
  return {
    width,
    height: 90 + 20 * sorted.length,
    marginTop: 50,
    marginLeft,
    x: { domain: [0, 1], label: "F-score of a patient's pixels", grid: true },
    y: { domain: sorted.map(({ name }) => name), label: null },
    marks,
  };
}

/** The F-score of all and of each fold with its 95 % interval over patients. */
export function intervalPlot(plot: Plot, { pooled, averaged, folds }: Evaluation): Panel {
  const groups = [
    { name: "all pixels", group: pooled },
    { name: "mean of patients", group: averaged },
    ...folds.map((group) => ({ name: group.name, group })),
  ];
  const points = groups.map(({ name, group }) => ({
    name,
    value: group.atThreshold.fScore,
    ...group.intervals.atThreshold.fScore,
    everything: group.allEpithelium.fScore,
  }));
  const defined = points.filter(({ value }) => value !== null);
  return {
    width,
    height: 80 + 22 * points.length,
    marginTop: 36,
    marginLeft: 110,
    x: { domain: [0, 1], label: "F-score (line: 95 % with other patients)", grid: true },
    y: { domain: points.map(({ name }) => name), label: null },
    marks: [
      plot.ruleY(defined, { y: "name", x1: "low", x2: "high", stroke: blue, strokeWidth: 3 }),
      plot.dot(defined, { x: "value", y: "name", fill: blue, r: 5 }),
      plot.dot(
        points.filter(({ everything }) => everything !== null),
        {
          x: "everything",
          y: "name",
          stroke: looks.allEpithelium.colour,
          symbol: "times",
          r: 5,
          strokeWidth: 2,
        },
      ),
      legend(plot, "atThreshold", 0, -28),
      legend(plot, "allEpithelium", 1, -28),
    ],
  };
}

/** The boundary F-score at each tolerance, with its 95 % interval over patients. */
export function boundaryPlot(plot: Plot, { pooled }: Pick<Evaluation, "pooled">): Panel {
  const predictors = ["atThreshold", "atHalf"] as const;
  const points = predictors.map((predictor) =>
    boundaryTolerances.flatMap((tolerance) => {
      const figure: FigureName = `boundaryF${tolerance}`;
      const value = pooled[predictor][figure];
      return value === null ? [] : [{ tolerance, value, ...pooled.intervals[predictor][figure] }];
    }),
  );
  return {
    width,
    height: 220,
    marginTop: 36,
    marginLeft,
    x: { domain: [0, 3], ticks: [0, 1, 2, 3], label: "tolerance in pixels" },
    y: { domain: [0, 1], label: null, grid: true },
    marks: [
      plot.areaY(points[0], { x: "tolerance", y1: "low", y2: "high", fill: blue, fillOpacity: 0.2 }),
      ...predictors.flatMap((predictor, i) => [
        plot.line(points[i], { x: "tolerance", y: "value", stroke: looks[predictor].colour }),
        plot.dot(points[i], {
          x: "tolerance",
          y: "value",
          stroke: looks[predictor].colour,
          symbol: looks[predictor].symbol,
          r: 4,
        }),
        plot.text([`boundary F-score ${predictorWords[predictor]}`], {
          ...legendPlace(i, -28),
          fill: looks[predictor].colour,
        }),
      ]),
    ],
  };
}

function legend(plot: Plot, predictor: PredictorName, line: number, top = -42): PlotModule.Markish {
  return plot.text([predictorWords[predictor]], {
    ...legendPlace(line, top),
    fill: looks[predictor].colour,
  });
}

function legendPlace(line: number, top: number): PlotModule.TextOptions {
  return { frameAnchor: "top-left", dx: 4, dy: top + 14 * line, textAnchor: "start", fontSize: 12 };
}
