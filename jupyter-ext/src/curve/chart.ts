import type { TrainingCurvePayload } from "histobook/payloads";
import type * as PlotlyModule from "plotly.js-dist";
import { keepKeys } from "../controls/keyboard.js";
import { element } from "../element.js";
import { errorBox } from "../error-box.js";
import { curveFigure, figureHeight, type CurveLook } from "./figure.js";
import { curvePanels } from "./panels.js";
import { stepIteration } from "./read-out.js";

type Plotly = typeof PlotlyModule;

/** Loaded when the first curve comes onto the screen: it weighs more than all the rest of the extension. */
let plotly: Promise<Plotly> | undefined;

async function loadPlotly(): Promise<Plotly> {
  const module = (await import("plotly.js-dist")) as Plotly & { default?: Plotly };
  return module.default ?? module;
}

/** The part of the page that holds the charts; follows its width, the theme and the keyboard. */
export class CurveChart {
  readonly node: HTMLElement;
  private readonly plot = element("div", { className: "histobook-curve-plot" });
  private readonly sizes = new ResizeObserver(() => void this.repaint());
  private readonly themes = new MutationObserver(() => void this.repaint());
  private loaded: Plotly | undefined;
  private disposed = false;

  constructor(
    private payload: TrainingCurvePayload,
    private readonly look: CurveLook,
    private readonly options: {
      label: string;
      /** Called with the iteration that the keyboard has marked, or null when none is any more. */
      onMark: (iteration: number | null) => void;
    },
  ) {
    this.node = keepKeys(
      element("div", {
        className: "histobook-curve-chart",
        tabIndex: 0,
        role: "img",
        ariaLabel: options.label,
      }),
    );
    this.node.append(this.plot);
    this.node.addEventListener("keydown", this.onKey);
    this.node.addEventListener("blur", () => this.mark(null));
    this.sizes.observe(this.node);
    this.themes.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }

  update(payload: TrainingCurvePayload): void {
    this.payload = payload;
    void this.repaint();
  }

  /** Draws as it is now; while it is hidden, nothing. */
  async repaint(): Promise<void> {
    const width = Math.floor(this.node.clientWidth);
    if (width === 0 || this.disposed) return;
    const panels = curvePanels(this.payload);
    // The place is kept before plotly has come.
    this.plot.style.height = `${figureHeight(panels.length, width)}px`;
    if (!this.loaded) {
      try {
        this.loaded = await (plotly ??= loadPlotly());
      } catch (error) {
        plotly = undefined;
        this.node.replaceChildren(errorBox("training-curve", error));
        return;
      }
      return this.repaint();
    }
    const style = getComputedStyle(this.node);
    const { data, layout } = curveFigure(this.payload, panels, this.look, {
      text: style.getPropertyValue("--jp-content-font-color1").trim(),
      grid: style.getPropertyValue("--jp-border-color2").trim(),
      mark: style.getPropertyValue("--jp-brand-color1").trim(),
      ground: style.getPropertyValue("--jp-layout-color1").trim(),
      fontFamily: style.fontFamily,
      width,
    });
    await this.loaded.react(this.plot, data, layout, { displayModeBar: false });
  }

  dispose(): void {
    this.disposed = true;
    this.sizes.disconnect();
    this.themes.disconnect();
    this.loaded?.purge(this.plot);
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
    void this.repaint();
  }
}
