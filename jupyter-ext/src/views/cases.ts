import type { CasesPayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { choice } from "../controls/choice.js";
import { toggle } from "../controls/toggle.js";
import { element } from "../element.js";
import { decodeJpeg } from "../jpeg.js";
import { lineColours, strokeCased } from "../map/lines.js";
import { outlinePath } from "../map/outline-path.js";
import { planeOf } from "../map/planes.js";
import { decodePng } from "../png.js";
import type { Drawing, View } from "../view.js";

type OneCase = CasesPayload["cases"][number];

/** A case on the page. */
interface Card {
  readonly node: HTMLElement;
  readonly one: OneCase;
  /** Draws the picture with or without its mask's outline. */
  draw(outlined: boolean): void;
  dispose(): void;
}

/** Width of a picture on the page, in CSS pixels. */
const width = 180;

/** The `cases` view: a study's images with their masks' outlines, and what is wrong with any of them. */
export const casesView: View<CasesPayload> = {
  async draw(host, payload, { translation }): Promise<Drawing<CasesPayload>> {
    const cards = await Promise.all(
      payload.cases.map((one, n) => card(one, `cases.${n}.thumbnail`, payload, translation)),
    );
    const look = { patient: null as string | null, outlined: true, troubled: false };
    const patients = [...new Set(payload.cases.map(({ patient }) => patient))];
    const seen = element("span", { role: "status" });
    const refresh = (change: Partial<typeof look>): void => {
      Object.assign(look, change);
      for (const { node, one } of cards) {
        const fits = look.patient === null || look.patient === one.patient;
        node.hidden = !fits || (look.troubled && one.problem === null && one.masked);
      }
      const shown = cards.filter(({ node }) => !node.hidden).length;
      seen.textContent = translation.__("%1 of %2 shown", String(shown), String(payload.total));
    };
    host.className = "histobook-cases";
    host.append(
      header(payload, seen, translation),
      element("div", { className: "histobook-cases-controls" }, [
        choice({
          name: "patient",
          label: translation.__("Patient"),
          value: "all",
          // A value is known by its index: a patient's code may be any text.
          choices: [
            { value: "all", label: translation.__("All") },
            ...patients.map((patient, n) => ({ value: String(n), label: patient })),
          ],
          onChange: (chosen) => refresh({ patient: chosen === "all" ? null : patients[Number(chosen)] }),
        }),
        toggle({
          name: "mask-outline",
          label: translation.__("Mask outline"),
          colour: lineColours.mask,
          value: true,
          available: payload.cases.some(({ thumbnail }) => thumbnail?.mask),
          onChange: (outlined) => cards.forEach((one) => one.draw(outlined)),
        }),
        toggle({
          name: "troubled",
          label: translation.__("Only without mask or with a problem"),
          value: false,
          available: true,
          onChange: (troubled) => refresh({ troubled }),
        }),
      ]),
      element(
        "ul",
        { className: "histobook-cards" },
        cards.map(({ node }) => node),
      ),
      problems(payload, translation),
    );
    refresh({});
    cards.forEach((one) => one.draw(true));
    return { dispose: () => cards.forEach((one) => one.dispose()) };
  },
};

function header(payload: CasesPayload, seen: HTMLElement, translation: Translation): HTMLElement {
  const { total, patients, masked, scale, magnification } = payload;
  return element("div", { className: "histobook-header" }, [
    element("strong", {}, [
      translation.__(
        "%1 images of %2 patients, %3 with a mask",
        String(total),
        String(patients),
        String(masked),
      ),
    ]),
    element("span", {}, [
      translation.__(
        "about %1 ×, as the study's scale of %2 says",
        String(Number(magnification.toFixed(1))),
        String(scale),
      ),
    ]),
    seen,
  ]);
}

async function card(
  one: OneCase,
  where: string,
  { magnification }: CasesPayload,
  translation: Translation,
): Promise<Card> {
  const { thumbnail, size, problem } = one;
  const facts = [
    size && `${size.width} × ${size.height}`,
    size && `${Number(magnification.toFixed(1))} ×`,
    one.masked ? null : translation.__("no mask"),
  ].filter((fact) => fact !== null);
  const words = [
    element("strong", {}, [one.name]),
    element("span", { className: "histobook-note" }, [translation.__("patient %1", one.patient)]),
    element("span", { className: "histobook-note" }, [facts.join(" · ")]),
    ...(problem === null ? [] : [element("span", { className: "histobook-problem" }, [problem])]),
  ];
  if (!thumbnail) {
    const node = element("li", {}, words);
    return { node, one, draw: () => undefined, dispose: () => undefined };
  }
  const [image, mask] = await Promise.all([
    decodeJpeg(`${where}.image`, thumbnail.image, thumbnail.width, thumbnail.height),
    thumbnail.mask === null
      ? null
      : decodePng(`${where}.mask`, thumbnail.mask, thumbnail.width, thumbnail.height).then(planeOf),
  ]);
  const path = mask && outlinePath(mask, image.width, image.height, 128);
  const canvas = element("canvas", { role: "img" });
  const draw = (outlined: boolean): void => {
    const scale = (width * devicePixelRatio) / Math.max(image.width, image.height);
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.ariaLabel = path && outlined ? translation.__("%1 with its mask's outline", one.name) : one.name;
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser gives no canvas to draw on");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    if (path && outlined) strokeCased(context, path, lineColours.mask, scale, devicePixelRatio);
  };
  return { node: element("li", {}, [canvas, ...words]), one, draw, dispose: () => image.close() };
}

function problems(payload: CasesPayload, translation: Translation): HTMLElement {
  if (payload.problems.length === 0)
    return element("p", { className: "histobook-note" }, [
      translation.__("No file in images/ was left out."),
    ]);
  return element("div", {}, [
    element("strong", {}, [translation.__("Files that can't be used")]),
    element(
      "ul",
      { className: "histobook-problems" },
      payload.problems.map((problem) => element("li", {}, [problem])),
    ),
  ]);
}
