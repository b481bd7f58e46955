import type { TrainingCurvePayload } from "histobook/payloads";
import { PlotlyChart } from "../charts/plotly-chart.js";
import { keepKeys } from "../controls/keyboard.js";
import { curveFigure, figureHeight, type CurveLook } from "./figure.js";
import { curvePanels } from "./panels.js";
import { stepIteration } from "./read-out.js";

/** The charts of a training, with a line that the arrow keys move. */
export class CurveChart {
  readonly node: HTMLElement;
  private readonly chart: PlotlyChart;

  constructor(
    private payload: TrainingCurvePayload,
    private readonly look: CurveLook,
    private readonly options: {
      label: string;
      /** Called with the iteration that the keyboard has marked, or null when none is any more. */
      onMark: (iteration: number | null) => void;
    },
  ) {
    this.chart = new PlotlyChart({
      view: "training-curve",
      label: options.label,
      height: (width) => figureHeight(curvePanels(this.payload).length, width),
      figure: (surroundings) => curveFigure(this.payload, curvePanels(this.payload), this.look, surroundings),
    });
    this.node = keepKeys(this.chart.node);
    this.node.tabIndex = 0;
    this.node.addEventListener("keydown", this.onKey);
    this.node.addEventListener("blur", () => this.mark(null));
  }

  update(payload: TrainingCurvePayload): void {
    this.payload = payload;
    this.repaint();
  }

  repaint(): void {
    void this.chart.repaint();
  }

  dispose(): void {
    this.chart.dispose();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const to = stepIteration(this.payload, this.look.marked ?? 0, event.key, event.shiftKey);
    if (to === null) return;
    event.preventDefault();
    this.mark(to);
  };

  private mark(iteration: number | null): void {
    if (this.look.marked === iteration) return;
    this.look.marked = iteration;
    this.options.onMark(iteration);
    this.repaint();
  }
}
