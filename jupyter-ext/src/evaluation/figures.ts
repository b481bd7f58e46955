import type { Data, Layout } from "plotly.js-dist";
import type { EvaluationPayload } from "histobook/payloads";
import { commonLayout, type ChartSurroundings, type Figure } from "../charts/plotly-chart.js";
import { thousands } from "../thousands.js";

/** Height of a chart in CSS pixels. */
export const chartHeight = 280;

/** The F-score at each threshold with its band; dotted lines stand at the thresholds that the folds have chosen. */
export function curveFigure({ curve, patients }: EvaluationPayload, surroundings: ChartSurroundings): Figure {
  const defined = curve.filter(({ fScore, low, high }) => fScore !== null && low !== null && high !== null);
  const x = defined.map(({ threshold }) => threshold);
  const colour = surroundings.mark;
  const edge = { type: "scatter", mode: "lines", x, line: { width: 0, color: colour } } as const;
  const chosen = [...new Set(patients.map(({ threshold }) => threshold))];
  return {
    data: [
      { ...edge, name: "2.5 %", y: defined.map(({ low }) => low) },
      { ...edge, name: "97.5 %", y: defined.map(({ high }) => high), fill: "tonexty", opacity: 0.3 },
      {
        type: "scatter",
        mode: "lines",
        name: "F-score",
        x,
        y: defined.map(({ fScore }) => fScore),
        line: { color: colour, width: 2 },
      },
    ].map((line) => ({ ...line, hovertemplate: "%{y:.3f}" }) as Data),
    layout: {
      ...unitSquare(surroundings, "threshold, the same for all", "F-score"),
      shapes: chosen.map((threshold) => ({
        type: "line",
        xref: "x",
        yref: "y",
        x0: threshold,
        x1: threshold,
        y0: 0,
        y1: 1,
        line: { color: surroundings.text, width: 1, dash: "dot" },
      })),
      hovermode: "x unified",
    },
  };
}

/**
 * The reliability curve: what share of the pixels of a probability is epithelium in truth; the dotted line: as much as was
 * said; the bars: what share of all pixels has that probability.
 */
export function calibrationFigure(
  { calibration }: EvaluationPayload,
  surroundings: ChartSurroundings,
): Figure {
  const all = calibration.reduce((sum, { pixels }) => sum + pixels, 0);
  return {
    data: [
      {
        type: "scatter",
        mode: "lines+markers",
        name: "observed",
        x: calibration.map(({ predicted }) => predicted),
        y: calibration.map(({ observed }) => observed),
        text: calibration.map(({ pixels }) => `${thousands(pixels)} pixels`),
        line: { color: surroundings.mark, width: 2 },
        marker: { size: 8 },
        hovertemplate: "said %{x:.2f}, true %{y:.2f}, %{text}<extra></extra>",
      },
      {
        type: "bar",
        name: "pixels",
        x: calibration.map(({ from, to }) => (from + to) / 2),
        y: calibration.map(({ pixels }) => pixels / all),
        width: calibration.map(({ from, to }) => 0.94 * (to - from)),
        marker: { color: surroundings.grid },
        hovertemplate: "%{y:.1%} of all pixels<extra></extra>",
      },
    ],
    layout: {
      ...unitSquare(surroundings, "probability of epithelium", "share that is epithelium"),
      shapes: [
        {
          type: "line",
          xref: "x",
          yref: "y",
          x0: 0,
          y0: 0,
          x1: 1,
          y1: 1,
          line: { color: surroundings.text, width: 1, dash: "dot" },
        },
      ],
    },
  };
}

/** The boundary F-score at each tolerance in pixels, with its band. */
export function boundaryFigure(
  boundary: NonNullable<EvaluationPayload["boundary"]>,
  surroundings: ChartSurroundings,
): Figure {
  const defined = boundary.filter(
    ({ fScore, low, high }) => fScore !== null && low !== null && high !== null,
  );
  const x = defined.map(({ tolerance }) => tolerance);
  const colour = surroundings.mark;
  const edge = { type: "scatter", mode: "lines", x, line: { width: 0, color: colour } } as const;
  const square = unitSquare(surroundings, "tolerance in pixels", "boundary F-score");
  return {
    data: [
      { ...edge, name: "2.5 %", y: defined.map(({ low }) => low) },
      { ...edge, name: "97.5 %", y: defined.map(({ high }) => high), fill: "tonexty", opacity: 0.3 },
      {
        type: "scatter",
        mode: "lines+markers",
        name: "boundary F-score",
        x,
        y: defined.map(({ fScore }) => fScore),
        line: { color: colour, width: 2 },
        marker: { size: 8 },
      },
    ].map((line) => ({ ...line, hovertemplate: "%{y:.3f}" }) as Data),
    layout: {
      ...square,
      xaxis: { ...square.xaxis, range: [-0.1, 3.1], dtick: 1 },
      hovermode: "x unified",
    },
  };
}

function unitSquare(surroundings: ChartSurroundings, x: string, y: string): Partial<Layout> {
  const axis = (text: string): object => ({
    title: { text, font: { size: 11 }, standoff: 6 },
    range: [-0.02, 1.02],
    gridcolor: surroundings.grid,
    linecolor: surroundings.grid,
    zeroline: false,
  });
  return {
    ...commonLayout(surroundings),
    height: chartHeight,
    margin: { l: 52, r: 12, t: 10, b: 44 },
    xaxis: axis(x),
    yaxis: axis(y),
  };
}
