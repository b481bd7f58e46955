import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Contents } from "@jupyterlab/services";
import { checkPayload, type ProbabilityMapPayload } from "histobook/payloads";
import { exactBitmap } from "../bitmap.js";
import type { Translation, ViewSettings } from "../context.js";
import { element } from "../element.js";
import { PayloadError } from "../error-box.js";
import { noLine } from "../live/no-line.js";
import { probabilityMapView } from "../views/probability-map.js";
import { findSource } from "./source-image.js";
import { bytesOf } from "./file-bytes.js";

/** A `_prob.png` beside the image that it was made of, as the `probability-map` view shows it. */
export async function drawProbabilityFile(
  host: HTMLElement,
  context: DocumentRegistry.Context,
  surroundings: { contents: Contents.IManager; translation: Translation; settings: ViewSettings },
): Promise<{ dispose(): void }> {
  const { contents, translation, settings } = surroundings;
  const parts = context.path.split("/");
  const name = (parts.pop() ?? "").replace(/_prob\.png$/, "");
  const map = await exactBitmap(new Blob([bytesOf(context)]));
  const { width, height } = map;
  const folder = parts.at(-1) ?? "";
  const fold = /^[1-9]\d*$/.test(folder) ? Number(folder) : null;
  const source = await findSource(contents, parts.join("/"), name);
  const payload: ProbabilityMapPayload = {
    version: 1,
    name,
    width,
    height,
    image: source.image ? pngOf(source.image, width, height, "smooth") : pngOf(map, width, height, "green"),
    probability: pngOf(map, width, height, "green"),
    mask: source.mask ? pngOf(source.mask, width, height, "nearest") : null,
    fold,
    // Step 5 maps a fold's test images into a folder of the fold's number.
    role: fold === null ? "unlabelled" : "test",
    threshold: 0.5,
  };
  const checked = checkPayload("probability-map", payload);
  if (!checked.ok) throw new PayloadError(checked.problems[0]);
  const drawing = await probabilityMapView.draw(host, checked.payload, {
    line: noLine,
    translation,
    settings,
  });
  if (!source.image) {
    host.prepend(
      element("p", { className: "histobook-note" }, [
        translation.__("The image of this map was not found in the study's images/; the map stands alone."),
      ]),
    );
  }
  return drawing;
}

/** A picture at the map's size as a PNG data URL; `green` takes the green channel of a `_prob.png`, epithelium. */
function pngOf(
  picture: ImageBitmap,
  width: number,
  height: number,
  how: "smooth" | "nearest" | "green",
): string {
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser gives no canvas to read the picture with");
  context.imageSmoothingEnabled = how === "smooth";
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  if (how === "green") {
    const pixels = context.getImageData(0, 0, width, height);
    for (let i = 0; i < pixels.data.length; i += 4) {
      pixels.data[i] = pixels.data[i + 1];
      pixels.data[i + 2] = pixels.data[i + 1];
      pixels.data[i + 3] = 255;
    }
    context.putImageData(pixels, 0, 0);
  }
  return canvas.toDataURL("image/png");
}
