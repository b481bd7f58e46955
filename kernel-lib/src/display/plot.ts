import type * as PlotModule from "@observablehq/plot";
import { escapeHtml } from "./html.js";

/** Observable Plot's functions. It is loaded when the first plot is drawn: most commands draw none. */
export type Plot = typeof PlotModule;

/** What is used of the element that Plot makes. */
interface SvgElement {
  setAttribute(name: string, value: string): void;
  readonly outerHTML: string;
}

/** Colours that colour-blind readers can tell apart (Okabe and Ito), in the order in which they are used. */
export const lineColours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** One plot's options; `height` and `width` are CSS pixels. */
export type Panel = PlotModule.PlotOptions & { width: number; height: number };

/** Draws plots below each other, under some lines of words, into one SVG. */
export type Plotter = (describe: (plot: Plot) => Panel[], words?: readonly string[]) => string;

/** Height of a line of words, in CSS pixels. */
const lineHeight = 18;

/**
 * Draws plots below each other into one SVG that needs nothing else: own size, own font, white ground.
 *
 * @param describe gives each plot's options
 * @param words lines of text above them
 */
export async function plotSvg(...drawing: Parameters<Plotter>): Promise<string> {
  return (await loadPlotter())(...drawing);
}

/** Loads what `plotSvg` needs, for those who then want to draw without waiting. */
export async function loadPlotter(): Promise<Plotter> {
  const plot = await import("@observablehq/plot");
  // A quarter of the library's loading time, so only when it is needed.
  const { parseHTML } = await import("linkedom");
  // Plot's declarations name the browser's types, which are not known here.
  const draw = plot.plot as unknown as (options: object) => SvgElement;
  return (describe, words = []) => {
    const { document } = parseHTML("<html><body></body></html>") as unknown as { document: object };
    const pieces = words.map(
      (line, i) => `<text x="4" y="${14 + i * lineHeight}" font-size="13">${escapeHtml(line)}</text>`,
    );
    let top = words.length * lineHeight;
    let width = 0;
    for (const options of describe(plot)) {
      const element = draw({ ...options, document });
      element.setAttribute("x", "0");
      element.setAttribute("y", String(top));
      pieces.push(element.outerHTML);
      top += options.height;
      width = Math.max(width, options.width);
    }
    const size = `width="${width}" height="${top}" viewBox="0 0 ${width} ${top}"`;
    const ground = `<rect width="${width}" height="${top}" fill="white"/>`;
    return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" color="black">${ground}${pieces.join("")}</svg>`;
  };
}
