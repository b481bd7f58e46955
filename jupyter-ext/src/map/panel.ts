import type { ProbabilityMapPayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { choice } from "../controls/choice.js";
import { slider } from "../controls/slider.js";
import { toggle } from "../controls/toggle.js";
import { element } from "../element.js";
import { colourMapChoices, colourTable, cssGradient, differenceTable } from "./colours.js";
import { ScoreCurves } from "./curves.js";
import { thresholdPlane, type MapLayer } from "./layers.js";
import { lineColours } from "./lines.js";
import type { MapLook, ThresholdShape } from "./look.js";
import type { MapPlanes } from "./planes.js";
import { scoreTables } from "./scores.js";
import { countsFrom, shareAbove } from "./threshold.js";
import { zooms, type Zoom } from "./zoom.js";

/** What the controls of a map do to it. */
export interface PanelEvents {
  onLook: () => void;
  onZoom: (zoom: Zoom) => void;
}

/** The controls of a probability map, and the scores that follow its threshold. */
export class MapPanel {
  readonly node: HTMLElement;
  private readonly zoom: HTMLElement;
  private readonly share = element("p", { className: "histobook-share" });
  private readonly bar: ColourBar;
  private readonly scores: ScoreCurves | null;
  private counts: Uint32Array;

  constructor(
    private readonly planes: MapPlanes,
    payload: ProbabilityMapPayload,
    private readonly look: MapLook,
    private readonly translation: Translation,
    private readonly events: PanelEvents,
    /** What stands below the threshold: what can be done with it. */
    below: readonly HTMLElement[],
  ) {
    this.counts = countsFrom(planes.probability);
    this.scores = planes.mask && new ScoreCurves(scoreTables(planes.probability, planes.mask), translation);
    this.bar = colourBar(translation);
    this.zoom = this.zoomChoice();
    this.node = element("div", { className: "histobook-panel" }, [
      ...(payload.other ? [this.layerChoice(payload.other.name)] : []),
      slider({
        name: "opacity",
        label: translation.__("Map opacity"),
        value: look.opacity,
        format: (value) => `${Math.round(value * 100)} %`,
        onChange: (opacity) => this.refresh({ opacity }),
      }),
      slider({
        name: "swipe",
        label: translation.__("Swipe: image left, map right"),
        value: look.swipe,
        format: (value) => (value === 0 ? translation.__("off") : `${Math.round(value * 100)} %`),
        onChange: (swipe) => this.refresh({ swipe }),
      }),
      choice({
        name: "colour-map",
        label: translation.__("Colour map"),
        value: look.colourMap,
        choices: colourMapChoices,
        onChange: (colourMap) => this.refresh({ colourMap }),
      }),
      this.bar.node,
      slider({
        name: "threshold",
        label: translation.__("Threshold"),
        value: look.threshold,
        format: (value) => value.toFixed(2),
        onChange: (threshold) => this.refresh({ threshold }),
      }),
      this.share,
      element("p", { className: "histobook-note" }, [roleNote(payload.role, translation)]),
      ...(this.scores ? [this.scores.node] : []),
      ...below,
      choice({
        name: "threshold-shape",
        label: translation.__("Show the threshold as"),
        colour: lineColours.threshold,
        value: look.thresholdShape,
        choices: thresholdShapes(translation),
        onChange: (thresholdShape) => this.refresh({ thresholdShape }),
      }),
      toggle({
        name: "mask-outline",
        label:
          planes.mask === null
            ? translation.__("Mask outline (this image has no mask)")
            : translation.__("Mask outline"),
        colour: lineColours.mask,
        value: look.maskOutline,
        available: planes.mask !== null,
        onChange: (maskOutline) => this.refresh({ maskOutline }),
      }),
      this.zoom,
    ]);
    this.refresh({});
  }

  /** Shows a zoom that was chosen elsewhere. */
  showZoom(zoom: Zoom): void {
    const select = this.zoom.querySelector("select");
    if (select) select.value = zoom;
  }

  private refresh(change: Partial<MapLook>): void {
    const { look, planes } = this;
    Object.assign(look, change);
    if (change.layer !== undefined) {
      const plane = thresholdPlane(planes, look.layer);
      this.counts = countsFrom(plane);
      if (planes.mask) this.scores?.take(scoreTables(plane, planes.mask));
    }
    const share = (100 * shareAbove(this.counts, look.threshold)).toFixed(1);
    this.share.textContent = this.translation.__("%1 % of the pixels at or above", share);
    this.scores?.show(look.threshold);
    this.bar.show(look);
    this.events.onLook();
  }

  private layerChoice(other: string): HTMLElement {
    return choice<MapLayer>({
      name: "layer",
      label: this.translation.__("Map"),
      value: this.look.layer,
      choices: [
        { value: "map", label: this.translation.__("This one") },
        { value: "other", label: other },
        { value: "difference", label: this.translation.__("Difference: this one minus the other") },
      ],
      onChange: (layer) => this.refresh({ layer }),
    });
  }

  private zoomChoice(): HTMLElement {
    return choice<Zoom>({
      name: "zoom",
      label: this.translation.__("Zoom"),
      value: "fit",
      choices: [
        { value: "fit", label: this.translation.__("Fit") },
        ...zooms.map((zoom) => ({ value: `${zoom}` as const, label: `${zoom} ×` })),
      ],
      onChange: (zoom) => this.events.onZoom(zoom),
    });
  }
}

function thresholdShapes(translation: Translation): readonly { value: ThresholdShape; label: string }[] {
  return [
    { value: "line", label: translation.__("Line around what is above") },
    { value: "area", label: translation.__("Binary image") },
    { value: "none", label: translation.__("Not at all") },
  ];
}

/** What a map's threshold may be used for, by whose image it is. */
function roleNote(role: ProbabilityMapPayload["role"], translation: Translation): string {
  return {
    test: translation.__("Exploratory: on a test patient look at thresholds, do not choose one."),
    validation: translation.__("A validation patient: the threshold may be chosen here."),
    unlabelled: translation.__("An image outside of the study."),
  }[role];
}

interface ColourBar {
  node: HTMLElement;
  show: (look: MapLook) => void;
}

/** The legend of the colours, with a tick at the threshold. */
function colourBar(translation: Translation): ColourBar {
  const strip = element("div", { className: "histobook-colour-strip" });
  const low = element("span");
  const high = element("span");
  const node = element("div", { className: "histobook-colour-bar" }, [strip, low, high]);
  let shown = "";
  const show = ({ layer, colourMap, threshold }: MapLook): void => {
    strip.style.setProperty("--histobook-threshold", `${threshold * 100}%`);
    const key = `${layer} ${colourMap}`;
    if (key === shown) return;
    shown = key;
    const difference = layer === "difference";
    strip.style.backgroundImage = cssGradient(difference ? differenceTable() : colourTable(colourMap));
    strip.classList.toggle("histobook-without-tick", difference);
    low.textContent = difference ? translation.__("−1 the other above") : translation.__("0 other tissue");
    high.textContent = difference ? translation.__("+1 this one above") : translation.__("1 epithelium");
  };
  return { node, show };
}
