import type { Data, Layout } from "plotly.js-dist";
import type { TrainingCurvePayload } from "histobook/payloads";
import { commonLayout, escapeText, type ChartSurroundings, type Figure } from "../charts/plotly-chart.js";
import { lastIteration, type CurvePanel } from "./panels.js";

/** Colours that colour-blind readers can tell apart (Okabe and Ito) and that are seen on white and on black. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/** Shapes beside the colours, and the letters that look like them. */
const shapes = [
  { symbol: "circle", letter: "●" },
  { symbol: "square", letter: "■" },
  { symbol: "diamond", letter: "◆" },
  { symbol: "triangle-up", letter: "▲" },
  { symbol: "triangle-down", letter: "▼" },
] as const;

/** How a run looks in all panels; 30 runs look different. */
export function runLook(run: number): { colour: string; symbol: string; letter: string } {
  return { colour: colours[run % colours.length], ...shapes[run % shapes.length] };
}

/** What the user has set. */
export interface CurveLook {
  logarithmic: boolean;
  /** Runs that are not drawn, by their place in the payload. */
  hidden: ReadonlySet<number>;
  /** The iteration that the keyboard's line stands at. */
  marked: number | null;
}

/** Sizes in CSS pixels: from `wide` on two panels stand beside each other. */
const sizes = { wide: 620, panel: 235, left: 52, right: 12, top: 26, bottom: 46 };

/** Height of the whole figure in CSS pixels. */
export function figureHeight(panels: number, width: number): number {
  return Math.ceil(panels / columnsFor(width)) * sizes.panel;
}

function columnsFor(width: number): number {
  return width >= sizes.wide ? 2 : 1;
}

/** The figure as plotly takes it. */
export function curveFigure(
  payload: TrainingCurvePayload,
  panels: readonly CurvePanel[],
  look: CurveLook,
  surroundings: ChartSurroundings,
): Figure {
  const data = panels.flatMap(({ isLoss, lines }, panel) =>
    lines
      .filter(({ run }) => !look.hidden.has(run))
      .map(({ run, series, test }) => {
        const { colour, symbol } = runLook(run);
        const few = series.values.length <= 40;
        const name = escapeText(payload.runs[run].name);
        return {
          type: "scatter",
          mode: few && (test || !isLoss) ? "lines+markers" : "lines",
          name: `${name}${test ? ", test" : ""}`,
          x: series.iterations,
          y: series.values,
          xaxis: axisName("x", panel),
          yaxis: axisName("y", panel),
          opacity: test || !isLoss ? 1 : 0.45,
          line: { color: colour, width: test ? 2 : 1.25 },
          marker: { symbol, size: 7, color: colour },
          hovertemplate: "%{y:.4~g}",
        } as Data;
      }),
  );
  return { data, layout: layoutOf(payload, panels, look, surroundings) };
}

function layoutOf(
  payload: TrainingCurvePayload,
  panels: readonly CurvePanel[],
  look: CurveLook,
  surroundings: ChartSurroundings,
): Partial<Layout> {
  const { grid, mark, width } = surroundings;
  const columns = columnsFor(width);
  const height = figureHeight(panels.length, width);
  const end = lastIteration(payload);
  // A little wider than the data, so that no point is cut in half.
  const range = [-0.02 * end, 1.02 * end];
  const axes: Record<string, object> = {};
  const line = { gridcolor: grid, linecolor: grid, zeroline: false };
  const boxes = panels.map((_, panel) => panelBox(panel, columns, width, height));
  panels.forEach(({ isLoss, fromZero }, panel) => {
    const { x, y } = boxes[panel];
    const title = { text: "iteration", font: { size: 11 }, standoff: 4 };
    axes[axisKey("x", panel)] = { ...line, domain: x, anchor: axisName("y", panel), range, title };
    axes[axisKey("y", panel)] = {
      ...line,
      domain: y,
      anchor: axisName("x", panel),
      type: isLoss && look.logarithmic ? "log" : "linear",
      rangemode: fromZero ? "tozero" : "normal",
      exponentformat: "power",
      nticks: 6,
    };
  });
  return {
    ...commonLayout(surroundings),
    ...axes,
    height,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    hovermode: "x unified",
    // The same value as before keeps what the user has zoomed to.
    uirevision: String(look.logarithmic),
    annotations: panels.map(({ title }, panel) => ({
      text: `<b>${escapeText(title)}</b>`,
      showarrow: false,
      xref: "paper",
      yref: "paper",
      x: boxes[panel].x[0],
      y: boxes[panel].y[1],
      xanchor: "left",
      yanchor: "bottom",
    })),
    shapes:
      look.marked === null
        ? []
        : panels.map((_, panel) => ({
            type: "line",
            xref: axisName("x", panel),
            yref: `${axisName("y", panel)} domain`,
            x0: look.marked,
            x1: look.marked,
            y0: 0,
            y1: 1,
            line: { color: mark, width: 1 },
          })),
  } as Partial<Layout>;
}

/** A panel's place as shares [0,1] of the figure. */
function panelBox(
  panel: number,
  columns: number,
  width: number,
  height: number,
): { x: [number, number]; y: [number, number] } {
  const cell = width / columns;
  const left = (panel % columns) * cell;
  const top = Math.floor(panel / columns) * sizes.panel;
  return {
    x: [(left + sizes.left) / width, (left + cell - sizes.right) / width],
    y: [1 - (top + sizes.panel - sizes.bottom) / height, 1 - (top + sizes.top) / height],
  };
}

function axisName(axis: "x" | "y", panel: number): string {
  return panel === 0 ? axis : `${axis}${panel + 1}`;
}

function axisKey(axis: "x" | "y", panel: number): string {
  return `${axis}axis${panel === 0 ? "" : panel + 1}`;
}
