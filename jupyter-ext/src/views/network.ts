import { filtersInRow, type NetworkPayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { element } from "../element.js";
import { decodePng } from "../png.js";
import { spriteCanvas } from "../sprite.js";
import { grid, type GridCell } from "../tables/grid.js";
import { thousands } from "../thousands.js";
import type { Drawing, View } from "../view.js";

type Layer = NetworkPayload["layers"][number];

/** Side of the square that stands for a patch, and of a pixel of a filter, in CSS pixels. */
const sizes = { patch: 160, filterPixel: 7 };

/** The `network` view: the layers with their shapes and learned values, what part of a patch each sees, the first filters. */
export const networkView: View<NetworkPayload> = {
  async draw(host, payload, { translation }): Promise<Drawing<NetworkPayload>> {
    host.className = "histobook-network";
    const filters = await filterFigure(payload, translation);
    const { name, file, parameters, layers } = payload;
    const details = layerDetails(payload, translation);
    const table = grid({
      label: translation.__("Layers"),
      rows: [
        [
          translation.__("layer"),
          translation.__("what it does"),
          translation.__("output"),
          translation.__("learned values"),
          translation.__("sees"),
        ].map((text): GridCell => ({ text, heading: "col" })),
        ...layers.map((layer): GridCell[] => [
          { text: layer.name, heading: "row" },
          { text: layer.words },
          { text: outputWords(layer, translation) },
          { text: layer.parameters === 0 ? "–" : thousands(layer.parameters) },
          { text: seesWords(layer, translation) },
        ]),
      ],
      onPlace: ({ row }) => {
        if (row > 0) details.show(layers[row - 1]);
      },
    });
    if (layers.length > 0) details.show(layers[0]);
    host.append(
      element("div", { className: "histobook-header" }, [
        element("strong", {}, [translation.__("Network “%1”", name)]),
        element("span", {}, [
          translation.__(
            "%1 · %2 learned values · input 3 × %3 × %3 minus the mean image",
            file ?? translation.__("the tutorial's"),
            thousands(parameters),
            payload.size,
          ),
        ]),
      ]),
      element("div", { className: "histobook-network-body" }, [table, details.node]),
      ...filters,
    );
    return { dispose: () => undefined };
  },
};

function outputWords({ shapes }: Layer, translation: Translation): string {
  return shapes
    .map((shape) => (shape.length === 0 ? translation.__("1 number") : shape.join(" × ")))
    .join(", ");
}

function seesWords({ sees }: Layer, translation: Translation): string {
  return sees === null ? translation.__("whole patch") : `${sees} × ${sees}`;
}

/** The layer under the pointer or the focus, and the part of a patch that decides one of its values. */
function layerDetails(
  { size, parameters }: NetworkPayload,
  translation: Translation,
): { node: HTMLElement; show: (layer: Layer) => void } {
  const field = element("div", { className: "histobook-field-seen" });
  const patch = element("div", { className: "histobook-field" }, [field]);
  patch.role = "img";
  patch.style.width = patch.style.height = `${sizes.patch}px`;
  const words = element("div", { role: "status" });
  return {
    node: element("div", { className: "histobook-network-details" }, [patch, words]),
    show(layer) {
      const side = layer.sees ?? size;
      field.style.width = field.style.height = `${(100 * Math.min(side, size)) / size}%`;
      patch.ariaLabel = translation.__(
        "One value of %1 sees %2 of the patch",
        layer.name,
        seesWords(layer, translation),
      );
      const sentences = [
        translation.__("%1: %2", layer.type, layer.words),
        translation.__("reads %1", layer.inputs.join(", ") || translation.__("nothing")),
        ...(layer.blobs.length === 0
          ? []
          : [
              translation.__(
                "learns %1 (%2 % of all)",
                layer.blobs.map((blob) => blob.join(" × ")).join(translation.__(" and ")),
                ((100 * layer.parameters) / Math.max(1, parameters)).toFixed(1),
              ),
            ]),
        layer.sees === null
          ? translation.__("one value sees the whole patch")
          : translation.__("one value sees %1 of %2 × %2 pixels", seesWords(layer, translation), size),
      ];
      words.replaceChildren(
        element("strong", {}, [layer.name]),
        ...sentences.map((sentence) => element("p", {}, [sentence])),
      );
    },
  };
}

async function filterFigure({ filters }: NetworkPayload, translation: Translation): Promise<HTMLElement[]> {
  if (filters === null) return [];
  const { layer, count, width, height, picture } = filters;
  const columns = Math.min(count, filtersInRow);
  const sheet = await decodePng(
    "filters.picture",
    picture,
    columns * width,
    Math.ceil(count / filtersInRow) * height,
  );
  const tiles = Array.from({ length: count }, (_, n) =>
    spriteCanvas(
      sheet,
      { x: (n % filtersInRow) * width, y: Math.floor(n / filtersInRow) * height, width, height },
      sizes.filterPixel,
    ),
  );
  sheet.close();
  const words = translation.__("The %1 filters of %2 after training (grey is zero)", count, layer);
  return [
    element("div", { className: "histobook-filters", role: "img", ariaLabel: words }, tiles),
    element("p", { className: "histobook-note" }, [words]),
  ];
}
