import { isHistobookError } from "../foundation/index.js";
import { viewMimeType, type CasesPayload } from "../payloads/index.js";
import {
  imageSize,
  readImage,
  readMask,
  workingScale,
  type Case,
  type Raster,
  type Study,
  colours,
  drawOutline,
} from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { jpegUrl } from "./jpeg.js";
import { count, figure, note, row, swatch, title } from "./parts.js";
import { css, maskPicture } from "./picture.js";
import { fitWithin, imageTag, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** What of a study is shown. */
export interface ShowCasesOptions {
  /** At most so many images; default 20. */
  limit?: number;
  /** The longer side of each picture in pixels; default 150. */
  side?: number;
}

/** Bytes of the pictures: of the still version's (PNG), and of the payload's images (JPEG) and masks (PNG). */
const budgets = { still: 330_000, images: 270_000, masks: 60_000 };

/** The longer side of a picture in the payload, in pixels: it is drawn larger than the still one. */
const thumbnailSide = 224;

/** An image as it is shown, or why it can't be. */
interface Shown {
  one: Case;
  size: { width: number; height: number } | null;
  /** Reduced; 0 and 1 in the mask. */
  picture: { image: Raster; mask: Raster | null } | null;
  problem: string | null;
}

/**
 * Shows a study's images with the outline of the pathologist's mask on each.
 *
 * An image or mask that can't be read is named in its place; it does not hide the others.
 *
 * @example
 * const { data } = await showCases(openStudy(await createSample("study")), { limit: 4 });
 * String(data["text/plain"]).split("\n")[0]; // => "20 images of 10 patients, 20 with a mask; the first 4 are shown"
 */
export async function showCases(study: Study, options: ShowCasesOptions = {}): Promise<Bundle> {
  const { limit = 20, side = 150 } = options;
  const shown: Shown[] = [];
  for (const one of study.cases.slice(0, limit)) shown.push(await look(one, Math.max(side, thumbnailSide)));
  const payload = await casesPayload(study, shown);
  const tiles: Html[] = [];
  const limitOfTile = Math.min(25_000, Math.floor(budgets.still / Math.max(1, shown.length)));
  for (const one of shown) tiles.push(await caseTile(one, side, limitOfTile));
  const summary = `${count(payload.total)} images of ${count(payload.patients)} patients, ${count(payload.masked)} with a mask`;
  const left = study.cases.length - shown.length;
  const rest = left > 0 ? `; the first ${shown.length} are shown` : "";
  return bundle({
    custom: { [viewMimeType("cases")]: payload },
    html: html`${title(summary + rest)}${row(tiles)}${note(
      html`${swatch(css(colours.mask))} outline of what a pathologist marked as epithelium`,
    )}${payload.problems.map((problem) => note(problem))}${sourceNote(study)}`,
    text:
      [summary + rest, ...shown.map(({ one }) => `  ${one.name} (patient ${one.patient})`)].join("\n") +
      sourceText(study),
  });
}

/** Reads an image and its mask, reduced; what can't be read becomes a problem. */
async function look(one: Case, side: number): Promise<Shown> {
  let size: Shown["size"] = null;
  try {
    size = await imageSize(one.imagePath);
    const scale = Math.min(1, side / Math.max(size.width, size.height));
    const image = await readImage(one.imagePath, scale);
    const mask = one.maskPath === null ? null : await readMask(one.maskPath, scale, { size });
    return { one, size, picture: { image, mask }, problem: null };
  } catch (error) {
    // One bad image never hides the others.
    if (!isHistobookError(error)) throw error;
    return { one, size, picture: null, problem: error.message };
  }
}

async function casesPayload(study: Study, shown: readonly Shown[]): Promise<CasesPayload> {
  const scale = workingScale(study.directory);
  const share = (bytes: number): number => Math.floor(bytes / Math.max(1, shown.length));
  const cases: CasesPayload["cases"] = [];
  for (const { one, size, picture, problem } of shown) {
    const thumbnail = picture && (await thumbnailOf(picture, share(budgets.images), share(budgets.masks)));
    const { name, patient, maskPath } = one;
    cases.push({ name, patient, masked: maskPath !== null, size, thumbnail, problem });
  }
  return {
    version: 1,
    total: study.cases.length,
    patients: new Set(study.cases.map(({ patient }) => patient)).size,
    masked: study.cases.filter(({ maskPath }) => maskPath !== null).length,
    scale,
    // The tutorial's network sees patches at 10 x.
    magnification: 10 / scale,
    cases,
    problems: study.problems.map(({ reason }) => reason),
  };
}

async function thumbnailOf(
  { image, mask }: NonNullable<Shown["picture"]>,
  imageBytes: number,
  maskBytes: number,
): Promise<NonNullable<CasesPayload["cases"][number]["thumbnail"]>> {
  const white = mask && maskPicture(mask);
  // A photograph takes some 0.2 bytes a pixel and more: larger ones need not be tried.
  const largest = Math.min(thumbnailSide, Math.ceil(Math.sqrt(imageBytes / 0.2)));
  for (let side = largest; ; side = Math.ceil(side / 2)) {
    const { url, width, height } = await jpegUrl(await fitWithin(image, side), imageBytes);
    const drawn = white && (await fitWithin(white, Math.max(width, height), "nearest"));
    const maskUrl = drawn && (await pngUrl(drawn));
    if (maskUrl !== null && maskUrl.length > (4 / 3) * maskBytes && side > 8) continue;
    return { width, height, image: url, mask: maskUrl };
  }
}

async function caseTile({ one, picture, problem }: Shown, side: number, bytes: number): Promise<Html> {
  const caption = html`${one.name}`;
  if (!picture) return figure(html`<div style="width:${side}px">${problem ?? ""}</div>`, caption);
  const { image, mask } = picture;
  const reduced = await fitWithin(image, side);
  const outlined = mask
    ? drawOutline(reduced, (await fitWithin(mask, side, "nearest")).data, colours.mask)
    : reduced;
  const url = await pngUrl(outlined, { limit: bytes });
  return figure(imageTag(url, side, `${one.name} with the outline of its mask`), caption);
}
