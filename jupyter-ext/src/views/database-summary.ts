import { databaseVerdict, type DatabaseSummaryPayload } from "histobook/payloads";
import { byteWords } from "../application/byte-words.js";
import type { Translation } from "../context.js";
import { labelParts } from "../controls/label.js";
import { keepKeys } from "../controls/keyboard.js";
import { element } from "../element.js";
import { patchColours } from "../patch-colours.js";
import { percent } from "../percent.js";
import { decodePng } from "../png.js";
import { spriteCanvas } from "../sprite.js";
import { gridStep } from "../tables/grid-keys.js";
import { scrollable } from "../tables/scrollable.js";
import { table } from "../tables/table.js";
import { typeBar } from "../tables/type-bar.js";
import { thousands } from "../thousands.js";
import { verdictBox } from "../verdict-box.js";
import type { Drawing, View } from "../view.js";

/** CSS pixels a pixel: of the patch that is looked at, and of those to choose from. */
const zooms = { large: 4, small: 1.5 };

/** The pictures of a payload, decoded. */
interface Pictures {
  mean: ImageBitmap;
  stretched: ImageBitmap;
  before: ImageBitmap;
  after: ImageBitmap;
}

/** The `database-summary` view: what a fold's databases hold, and what subtracting the mean does to a patch. */
export const databaseSummaryView: View<DatabaseSummaryPayload> = {
  async draw(host, payload, { translation }): Promise<Drawing<DatabaseSummaryPayload>> {
    const pictures = await decode(payload);
    const { whole, sentence, findings } = databaseVerdict(payload);
    host.className = "histobook-databases";
    host.append(
      element("div", { className: "histobook-header" }, [
        element("strong", {}, [translation.__("Databases of fold %1", payload.fold)]),
      ]),
      verdictBox(whole, sentence, findings, translation),
      scrollable(translation.__("What the databases hold"), countTable(payload, translation)),
      subtraction(payload, pictures, translation),
    );
    return {
      dispose: () => Object.values(pictures).forEach((picture: ImageBitmap) => picture.close()),
    };
  },
};

async function decode({ mean, patches }: DatabaseSummaryPayload): Promise<Pictures> {
  const { width, height } = mean;
  const across = width * patches.names.length;
  return {
    mean: await decodePng("mean.picture", mean.picture, width, height),
    stretched: await decodePng("mean.stretched", mean.stretched, width, height),
    before: await decodePng("patches.before", patches.before, across, height),
    after: await decodePng("patches.after", patches.after, across, height),
  };
}

function countTable({ databases }: DatabaseSummaryPayload, translation: Translation): HTMLElement {
  const most = Math.max(...databases.map(({ count }) => count));
  return table(
    [
      translation.__("database"),
      translation.__("patches"),
      translation.__("class 1"),
      translation.__("class 0"),
      labelParts("p", patchColours.p),
      labelParts("e", patchColours.e),
      labelParts("b", patchColours.b),
      translation.__("epithelium"),
      translation.__("patches by type"),
      translation.__("a patch"),
      translation.__("files"),
    ],
    databases.map(({ name, count, byClass, byType, shape, bytes }) => [
      name,
      thousands(count),
      thousands(byClass[1] ?? 0),
      thousands(byClass[0] ?? 0),
      ...[byType.p, byType.e, byType.b].map(thousands),
      count === 0 ? "–" : percent((byClass[1] ?? 0) / count),
      [typeBar(byType, most)],
      shape === null ? "–" : `${shape.channels} × ${shape.height} × ${shape.width}`,
      byteWords(bytes),
    ]),
  );
}

/** A patch, minus the mean, gives what the network sees; and the patches to choose from. */
function subtraction(
  payload: DatabaseSummaryPayload,
  pictures: Pictures,
  translation: Translation,
): HTMLElement {
  const { mean, patches } = payload;
  const { width, height } = mean;
  const whole = { x: 0, y: 0, width, height };
  const patchAt = (index: number): typeof whole => ({ ...whole, x: index * width });
  const before = element("div");
  const after = element("div");
  const caption = element("p", { className: "histobook-note", role: "status" });
  const buttons = patches.names.map((name, index) => {
    const button = keepKeys(
      element("button", { type: "button", className: "histobook-patch", ariaLabel: name, title: name }, [
        spriteCanvas(pictures.before, patchAt(index), zooms.small),
      ]),
    );
    button.role = "radio";
    button.addEventListener("click", () => choose(index));
    button.addEventListener("keydown", (event) => {
      const to = gridStep({ row: 0, column: index }, event.key, 1, buttons.length);
      if (to === null) return;
      event.preventDefault();
      choose(to.column);
      buttons[to.column].focus();
    });
    return button;
  });
  const choose = (chosen: number): void => {
    buttons.forEach((button, index) => {
      button.ariaChecked = String(index === chosen);
      button.tabIndex = index === chosen ? 0 : -1;
    });
    before.replaceChildren(spriteCanvas(pictures.before, patchAt(chosen), zooms.large));
    after.replaceChildren(spriteCanvas(pictures.after, patchAt(chosen), zooms.large));
    caption.textContent = translation.__(
      "%1, class %2: as stored, minus the mean image, is what the network sees (grey is zero).",
      patches.names[chosen],
      patches.classes[chosen],
    );
  };
  choose(0);
  const sign = (text: string): HTMLElement =>
    element("span", { className: "histobook-sum-sign", ariaHidden: "true" }, [text]);
  return element("div", {}, [
    element("div", { className: "histobook-sum" }, [
      captioned(before, translation.__("the patch"), translation.__("The patch as it is stored")),
      sign("−"),
      captioned(
        spriteCanvas(pictures.mean, whole, zooms.large),
        translation.__("the mean image"),
        translation.__("The mean image"),
      ),
      sign("="),
      captioned(
        after,
        translation.__("what is learned from"),
        translation.__("The patch minus the mean image"),
      ),
      captioned(
        spriteCanvas(pictures.stretched, whole, zooms.large),
        translation.__("the mean image, contrast stretched"),
        translation.__("The mean image with its contrast stretched to the full range"),
      ),
    ]),
    element(
      "div",
      {
        className: "histobook-patches",
        role: "radiogroup",
        ariaLabel: translation.__("Patch that is shown"),
      },
      buttons,
    ),
    caption,
    element("p", { className: "histobook-note" }, [
      translation.__(
        "%1: mean %2 of 255 (%3).",
        mean.name,
        mean.means.map((value) => value.toFixed(1)).join(", "),
        mean.means.length === 3 ? translation.__("blue, green, red") : translation.__("grey"),
      ),
    ]),
  ]);
}

function captioned(picture: HTMLElement, caption: string, label: string): HTMLElement {
  picture.role = "img";
  picture.ariaLabel = label;
  return element("figure", {}, [picture, element("figcaption", {}, [caption])]);
}
