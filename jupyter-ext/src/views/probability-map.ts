import type { ProbabilityMapPayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { actionButton } from "../controls/action-button.js";
import { sendButton } from "../controls/send-button.js";
import { element } from "../element.js";
import type { MapLook } from "../map/look.js";
import { MapPainter } from "../map/painter.js";
import { MapPanel } from "../map/panel.js";
import { decodePlanes } from "../map/planes.js";
import { readOut } from "../map/probe.js";
import { saveMap } from "../map/save.js";
import { MapStage } from "../map/stage.js";
import type { Drawing, View } from "../view.js";

/** The `probability-map` view: the image, the probability map over it, the mask, and a threshold to move. */
export const probabilityMapView: View<ProbabilityMapPayload> = {
  async draw(host, payload, { settings, line, translation }): Promise<Drawing<ProbabilityMapPayload>> {
    const planes = await decodePlanes(payload);
    const painter = new MapPainter(planes);
    const look: MapLook = {
      layer: "map",
      opacity: 0.5,
      swipe: 0,
      colourMap: settings.colourMap,
      threshold: payload.threshold,
      thresholdShape: "line",
      maskOutline: planes.mask !== null,
      marked: null,
    };
    const hint = translation.__(
      "Point at the map, or focus it and use the arrow keys, to read a pixel. Wheel (with Ctrl, or when focused), + and − zoom; drag to move.",
    );
    const probe = element("p", { className: "histobook-probe" }, [hint]);
    const body = element("div", { className: "histobook-map-body" });
    const stage = new MapStage(planes, painter, look, {
      label: translation.__("Probability map of %1", payload.name),
      room: { node: body, available: () => roomBeside(body) },
      onProbe: (pixel, byKeyboard) => {
        // Read out what the keyboard finds; a pointer passes hundreds of pixels a second.
        probe.ariaLive = byKeyboard ? "polite" : "off";
        probe.textContent = pixel === null ? hint : readOut(planes, pixel);
      },
      onZoom: (zoom) => panel.showZoom(zoom),
    });
    const send = sendButton({
      label: translation.__("Send the threshold to the kernel"),
      line,
      send: async () => {
        await line.call("choose", { threshold: look.threshold });
        return translation.__("The kernel has it: %1", look.threshold.toFixed(2));
      },
    });
    const save = actionButton(translation.__("Save as PNG"), async () => {
      await saveMap(painter, look, planes, payload.name);
      return translation.__("Saved among your downloads.");
    });
    const panel = new MapPanel(
      planes,
      payload,
      look,
      translation,
      { onLook: () => stage.repaint(), onZoom: (zoom) => stage.setZoom(zoom) },
      line.exists ? [send] : [],
    );
    host.className = "histobook-map";
    panel.node.append(save);
    body.append(element("div", { className: "histobook-map-stage" }, [stage.node, probe]), panel.node);
    host.append(header(payload, translation), body);
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

function header(payload: ProbabilityMapPayload, translation: Translation): HTMLElement {
  const facts = [
    payload.fold === null ? null : translation.__("fold %1", String(payload.fold)),
    translation.__("%1 × %2 pixels", String(payload.width), String(payload.height)),
    payload.reducedFrom
      ? translation.__(
          "reduced from %1 × %2, and so are its scores",
          String(payload.reducedFrom.width),
          String(payload.reducedFrom.height),
        )
      : null,
  ].filter((fact) => fact !== null);
  return element("div", { className: "histobook-header" }, [
    element("strong", {}, [payload.name]),
    element("span", {}, [facts.join(" · ")]),
  ]);
}
