import type { ProbabilityMapPayload } from "histobook/payloads";
import { choice } from "../controls/choice.js";
import { sendButton } from "../controls/send-button.js";
import { slider } from "../controls/slider.js";
import { toggle } from "../controls/toggle.js";
import { element } from "../element.js";
import { colourMapChoices, colourTable, cssGradient } from "../map/colours.js";
import { lineColours } from "../map/lines.js";
import { MapPainter, type MapLook, type ThresholdShape } from "../map/painter.js";
import { decodePlanes, type MapPlanes } from "../map/planes.js";
import { readOut } from "../map/probe.js";
import { countsFrom, shareAbove } from "../map/threshold.js";
import { MapStage, type Zoom } from "../map/stage.js";
import { zooms } from "../map/zoom.js";
import type { Drawing, View } from "../view.js";

const hint = "Point at the map, or focus it and use the arrow keys, to read a pixel.";

const thresholdShapes: readonly { value: ThresholdShape; label: string }[] = [
  { value: "line", label: "Line around what is above" },
  { value: "area", label: "Binary image" },
  { value: "none", label: "Not at all" },
];

/** What a map's threshold may be used for, by whose image it is. */
const roleNotes: { [role in ProbabilityMapPayload["role"]]: string } = {
  test: "A test patient: move the threshold to explore, do not choose it here.",
  validation: "A validation patient: the threshold may be chosen here.",
  unlabelled: "An image outside of the study.",
};

/** The `probability-map` view: the image, the probability map over it, the mask, and a threshold to move. */
export const probabilityMapView: View<ProbabilityMapPayload> = {
  async draw(host, payload, { settings, line, translation }): Promise<Drawing<ProbabilityMapPayload>> {
    const planes = await decodePlanes(payload);
    const look: MapLook = {
      opacity: 0.5,
      colourMap: settings.colourMap,
      threshold: payload.threshold,
      thresholdShape: "line",
      maskOutline: planes.mask !== null,
      marked: null,
    };
    const probe = element("p", { className: "histobook-probe" }, [hint]);
    const body = element("div", { className: "histobook-map-body" });
    const stage = new MapStage(planes, new MapPainter(planes), look, {
      label: `Probability map of ${payload.name}`,
      room: { node: body, available: () => roomBeside(body) },
      onProbe: (pixel, byKeyboard) => {
        // Read out what the keyboard finds; a pointer passes hundreds of pixels a second.
        probe.ariaLive = byKeyboard ? "polite" : "off";
        probe.textContent = pixel === null ? hint : readOut(planes, pixel);
      },
    });
    host.className = "histobook-map";
    body.append(
      element("div", { className: "histobook-map-stage" }, [stage.node, probe]),
      panel(
        planes,
        payload,
        look,
        stage,
        sendButton({
          label: translation.__("Send the threshold to the kernel"),
          line,
          send: async () => {
            await line.call("choose", { threshold: look.threshold });
            return translation.__("The kernel has it: %1", look.threshold.toFixed(2));
          },
        }),
      ),
    );
    host.append(header(payload), body);
    return stage;
  },
};

/** Width (CSS pixels) from which the controls stand beside the map, the controls' own, and the gap between them. */
const layout = { wide: 560, panel: 230, gap: 16 };

/** Puts the controls beside the map or, where that is too narrow, below; gives the width that is left for the map. */
function roomBeside(body: HTMLElement): number {
  const width = body.clientWidth;
  const wide = width >= layout.wide;
  body.classList.toggle("histobook-beside", wide);
  return wide ? width - layout.panel - layout.gap : width;
}

function header(payload: ProbabilityMapPayload): HTMLElement {
  const facts = [
    payload.fold === null ? null : `fold ${payload.fold}`,
    `${payload.width} × ${payload.height} pixels`,
  ].filter((fact) => fact !== null);
  return element("div", { className: "histobook-header" }, [
    element("strong", {}, [payload.name]),
    element("span", {}, [facts.join(" · ")]),
  ]);
}

function panel(
  planes: MapPlanes,
  payload: ProbabilityMapPayload,
  look: MapLook,
  stage: MapStage,
  send: HTMLElement,
): HTMLElement {
  const counts = countsFrom(planes.probability);
  const share = element("p", { className: "histobook-share" });
  const bar = colourBar();
  const refresh = (change: Partial<MapLook>): void => {
    Object.assign(look, change);
    share.textContent = `${percent(shareAbove(counts, look.threshold))} of the pixels at or above`;
    bar.show(look);
    stage.repaint();
  };
  const made = element("div", { className: "histobook-panel" }, [
    slider({
      name: "opacity",
      label: "Map opacity",
      value: look.opacity,
      format: (value) => `${Math.round(value * 100)} %`,
      onChange: (opacity) => refresh({ opacity }),
    }),
    choice({
      name: "colour-map",
      label: "Colour map",
      value: look.colourMap,
      choices: colourMapChoices,
      onChange: (colourMap) => refresh({ colourMap }),
    }),
    bar.node,
    slider({
      name: "threshold",
      label: "Threshold",
      value: look.threshold,
      format: (value) => value.toFixed(2),
      onChange: (threshold) => refresh({ threshold }),
    }),
    share,
    send,
    choice({
      name: "threshold-shape",
      label: "Show the threshold as",
      colour: lineColours.threshold,
      value: look.thresholdShape,
      choices: thresholdShapes,
      onChange: (thresholdShape) => refresh({ thresholdShape }),
    }),
    toggle({
      name: "mask-outline",
      label: planes.mask === null ? "Mask outline (this image has no mask)" : "Mask outline",
      colour: lineColours.mask,
      value: look.maskOutline,
      available: planes.mask !== null,
      onChange: (maskOutline) => refresh({ maskOutline }),
    }),
    choice<Zoom>({
      name: "zoom",
      label: "Zoom",
      value: "fit",
      choices: [
        { value: "fit", label: "Fit" },
        ...zooms.map((zoom) => ({ value: `${zoom}` as const, label: `${zoom} ×` })),
      ],
      onChange: (zoom) => stage.setZoom(zoom),
    }),
    element("p", { className: "histobook-note" }, [roleNotes[payload.role]]),
  ]);
  refresh({});
  return made;
}

/** The legend of the colours, with a tick at the threshold. */
function colourBar(): { node: HTMLElement; show: (look: MapLook) => void } {
  const strip = element("div", { className: "histobook-colour-strip" });
  const node = element("div", { className: "histobook-colour-bar" }, [
    strip,
    element("span", {}, ["0 other tissue"]),
    element("span", {}, ["1 epithelium"]),
  ]);
  const show = (look: MapLook): void => {
    strip.style.backgroundImage = cssGradient(colourTable(look.colourMap));
    strip.style.setProperty("--histobook-threshold", `${look.threshold * 100}%`);
  };
  return { node, show };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
