import type * as PlotlyModule from "plotly.js-dist";
import type { Data, Layout } from "plotly.js-dist";
import { element } from "../element.js";
import { errorBox } from "../error-box.js";

type Plotly = typeof PlotlyModule;

/** Loaded when the first chart comes onto the screen: it weighs more than all the rest of the extension. */
let plotly: Promise<Plotly> | undefined;

async function loadPlotly(): Promise<Plotly> {
  const module = (await import("plotly.js-dist")) as Plotly & { default?: Plotly };
  return module.default ?? module;
}

/** The theme's colours and font, and the width in CSS pixels. */
export interface ChartSurroundings {
  text: string;
  grid: string;
  mark: string;
  ground: string;
  fontFamily: string;
  width: number;
}

/** What a chart shows, as plotly takes it. */
export interface Figure {
  data: Data[];
  layout: Partial<Layout>;
}

/** A figure on the page that follows its width and the theme. */
export class PlotlyChart {
  readonly node: HTMLElement;
  private readonly plot = element("div");
  private readonly sizes = new ResizeObserver(() => void this.repaint());
  private readonly themes = new MutationObserver(() => void this.repaint());
  private loaded: Plotly | undefined;
  private disposed = false;

  constructor(
    private readonly options: {
      view: string;
      label: string;
      /** In CSS pixels, for a width; known before plotly has come, so that nothing jumps. */
      height: (width: number) => number;
      figure: (surroundings: ChartSurroundings) => Figure;
    },
  ) {
    this.node = element("div", { className: "histobook-chart", role: "img", ariaLabel: options.label });
    this.node.append(this.plot);
    this.sizes.observe(this.node);
    this.themes.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  }

  /** Draws as it is now; while it is hidden, nothing. */
  async repaint(): Promise<void> {
    const width = Math.floor(this.node.clientWidth);
    if (width === 0 || this.disposed) return;
    this.plot.style.height = `${this.options.height(width)}px`;
    if (!this.loaded) {
      try {
        this.loaded = await (plotly ??= loadPlotly());
      } catch (error) {
        plotly = undefined;
        this.node.replaceChildren(errorBox(this.options.view, error));
        return;
      }
      return this.repaint();
    }
    const { data, layout } = this.options.figure(this.surroundings(width));
    await this.loaded.react(this.plot, data, layout, { displayModeBar: false });
  }

  dispose(): void {
    this.disposed = true;
    this.sizes.disconnect();
    this.themes.disconnect();
    this.loaded?.purge(this.plot);
  }

  private surroundings(width: number): ChartSurroundings {
    const style = getComputedStyle(this.node);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    return {
      text: colour("--jp-content-font-color1"),
      grid: colour("--jp-border-color2"),
      mark: colour("--jp-brand-color1"),
      ground: colour("--jp-layout-color1"),
      fontFamily: style.fontFamily,
      width,
    };
  }
}

/** The part of a layout that is the same in all charts. */
export function commonLayout({ text, grid, ground, fontFamily, width }: ChartSurroundings): Partial<Layout> {
  return {
    width,
    showlegend: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: text, family: fontFamily, size: 12 },
    hoverlabel: { bgcolor: ground, bordercolor: grid, font: { color: text } },
  };
}

/** Text that plotly, which reads a few tags, shows as it is. */
export function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
