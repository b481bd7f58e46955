import type { Translation } from "../context.js";
import { element } from "../element.js";
import { curve, scoresAt, type MapScores, type ScoreTables } from "./scores.js";

/** Of a curve's square, in CSS pixels. */
const side = 100;

const svgSpace = "http://www.w3.org/2000/svg";

/** F-score, precision and recall at the threshold, with its points on the precision-recall and the ROC curve. */
export class ScoreCurves {
  readonly node: HTMLElement;
  private readonly words = element("p", { className: "histobook-scores" });
  private tables: ScoreTables;
  private readonly plots: readonly Plot[];

  constructor(tables: ScoreTables, translation: Translation) {
    this.tables = tables;
    this.plots = [
      new Plot("recall", "precision", translation.__("Precision over recall"), translation),
      new Plot(
        "falsePositiveRate",
        "recall",
        translation.__("ROC: recall over false positives"),
        translation,
      ),
    ];
    this.node = element("div", {}, [
      this.words,
      element(
        "div",
        { className: "histobook-score-curves" },
        this.plots.map(({ node }) => node),
      ),
    ]);
    this.take(tables);
  }

  /** Takes the counts of another map. */
  take(tables: ScoreTables): void {
    this.tables = tables;
    for (const plot of this.plots) plot.drawCurve(tables);
  }

  show(threshold: number): void {
    const scores = scoresAt(this.tables, threshold);
    const words = (value: number | null): string => (value === null ? "–" : value.toFixed(3));
    this.words.textContent = `F-score ${words(scores.fScore)} · precision ${words(scores.precision)} · recall ${words(scores.recall)}`;
    for (const plot of this.plots) plot.point(scores);
  }
}

/** One curve in the unit square with the threshold's point on it. */
class Plot {
  readonly node: HTMLElement;
  private readonly line = shape("polyline", { class: "histobook-score-curve" });
  private readonly dot = shape("circle", { class: "histobook-score-point", r: "3.5" });

  constructor(
    private readonly across: keyof MapScores,
    private readonly up: keyof MapScores,
    label: string,
    translation: Translation,
  ) {
    const picture = shape("svg", { viewBox: `-4 -4 ${side + 8} ${side + 8}`, role: "img" });
    picture.setAttribute("aria-label", translation.__("%1, with the threshold's point", label));
    picture.append(
      shape("rect", { class: "histobook-score-frame", width: `${side}`, height: `${side}` }),
      this.line,
      this.dot,
    );
    this.node = element("figure", {}, [picture, element("figcaption", {}, [label])]);
  }

  drawCurve(tables: ScoreTables): void {
    const points = curve(tables, this.across, this.up).map(({ x, y }) => `${side * x},${side * (1 - y)}`);
    this.line.setAttribute("points", points.join(" "));
  }

  point(scores: MapScores): void {
    const { [this.across]: x, [this.up]: y } = scores;
    this.dot.setAttribute("visibility", x === null || y === null ? "hidden" : "visible");
    this.dot.setAttribute("cx", String(side * (x ?? 0)));
    this.dot.setAttribute("cy", String(side * (1 - (y ?? 0))));
  }
}

function shape(name: string, attributes: { readonly [name: string]: string }): SVGElement {
  const made = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
