import type { DocumentRegistry } from "@jupyterlab/docregistry";
import {
  decodeMean,
  decodeModel,
  filterPictures,
  planesPicture,
  type Blob,
  type MeanImage,
  type ValuesPicture,
} from "histobook/caffe";
import type { Translation } from "../context.js";
import { element } from "../element.js";
import { bytesOf } from "./file-bytes.js";

/** CSS pixels a mean image's pixel is drawn at. */
const meanZoom = 6;
/** CSS pixels a filter's value is drawn at, and between two filters. */
const filter = { zoom: 6, gap: 4 };

/** A `.caffemodel`: its layers with their learned values, and the first layer's filters where they look at colours. */
export function drawModel(
  host: HTMLElement,
  context: DocumentRegistry.Context,
  translation: Translation,
): Promise<undefined> {
  const { net, weights, oldSyntax } = decodeModel(bytesOf(context), context.localPath);
  const types = new Map(net.layer.map(({ name, type }) => [name, type]));
  const rows = [...weights].map(([name, blobs]) => [
    name,
    types.get(name) ?? "",
    blobs.map(({ shape }) => shape.join(" × ")).join(", "),
    learned(blobs).toLocaleString(),
    blobs.map(({ data }) => rangeWords(data)).join(", "),
  ]);
  const total = [...weights.values()].reduce((sum, blobs) => sum + learned(blobs), 0);
  host.append(
    heading(
      translation.__("Model “%1”", net.name),
      translation.__("%1 learned values", total.toLocaleString()) +
        (oldSyntax ? ` · ${translation.__("written by an old Caffe")}` : ""),
    ),
    table(
      [
        translation.__("layer"),
        translation.__("type"),
        translation.__("shapes"),
        translation.__("learned values"),
        translation.__("smallest … largest"),
      ],
      rows,
    ),
    ...filterFigure(weights, translation),
  );
  return Promise.resolve(undefined);
}

/** A `.binaryproto`: the mean image as a picture, and the mean of each channel. */
export function drawMeanImage(
  host: HTMLElement,
  context: DocumentRegistry.Context,
  translation: Translation,
): Promise<undefined> {
  const mean = decodeMean(bytesOf(context), context.localPath);
  const { width, height, channels } = mean;
  host.append(
    heading(
      translation.__("Mean image"),
      translation.__("%1 × %2 pixels, %3 channels (blue, green, red)", width, height, channels),
    ),
    element("p", {}, [
      translation.__(
        "Mean of each channel: %1",
        channelMeans(mean)
          .map((value) => value.toFixed(2))
          .join(", "),
      ),
    ]),
  );
  if (channels === 3 || channels === 1) {
    const picture = canvasOf(planesPicture(mean), meanZoom);
    picture.role = "img";
    picture.ariaLabel = translation.__("The mean image as a picture");
    host.append(picture);
  }
  return Promise.resolve(undefined);
}

function heading(title: string, facts: string): HTMLElement {
  return element("div", { className: "histobook-header" }, [
    element("strong", {}, [title]),
    element("span", {}, [facts]),
  ]);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return element("table", { className: "histobook-table" }, [
    element("thead", {}, [
      element(
        "tr",
        {},
        header.map((cell) => element("th", { scope: "col" }, [cell])),
      ),
    ]),
    element(
      "tbody",
      {},
      rows.map((row) =>
        element(
          "tr",
          {},
          row.map((cell) => element("td", {}, [cell])),
        ),
      ),
    ),
  ]);
}

function learned(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, { data }) => sum + data.length, 0);
}

function rangeWords(values: Float32Array): string {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return values.length === 0 ? "–" : `${least.toPrecision(3)} … ${most.toPrecision(3)}`;
}

function channelMeans({ channels, data }: MeanImage): number[] {
  const plane = data.length / channels;
  return Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = 0; i < plane; i++) sum += data[channel * plane + i];
    return sum / plane;
  });
}

function filterFigure(weights: ReadonlyMap<string, readonly Blob[]>, translation: Translation): Node[] {
  for (const [name, [blob]] of weights) {
    const [filters, channels, height, width] = blob?.shape ?? [];
    if (blob?.shape.length !== 4 || channels !== 3 || width > 32 || height > 32) continue;
    const words = translation.__("The %1 filters of %2 (grey is zero)", filters, name);
    const pictures = filterPictures(blob).map((picture) => canvasOf(picture, filter.zoom));
    const figure = element(
      "div",
      { className: "histobook-filters", role: "img", ariaLabel: words },
      pictures,
    );
    figure.style.gap = `${filter.gap}px`;
    return [figure, element("p", { className: "histobook-note" }, [words])];
  }
  return [];
}

function canvasOf({ width, height, channels, data }: ValuesPicture, zoom: number): HTMLCanvasElement {
  const canvas = element("canvas", { width, height, className: "histobook-pixels" });
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[channels * i + (channels === 3 ? c : 0)];
  }
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  canvas.style.width = `${width * zoom}px`;
  return canvas;
}
