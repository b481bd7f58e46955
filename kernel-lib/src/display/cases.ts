import { isHistobookError } from "../foundation/index.js";
import { imageSize, readImage, readMask, type Case, type Study } from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { count, figure, note, row, swatch, title } from "./parts.js";
import { colours, css, drawOutline } from "./picture.js";
import { fitWithin, imageTag, picturesBytes, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** What of a study is shown. */
export interface ShowCasesOptions {
  /** At most so many images; default 20. */
  limit?: number;
  /** The longer side of each picture in pixels; default 150. */
  side?: number;
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
  const shown = study.cases.slice(0, limit);
  const tiles: Html[] = [];
  const limitOfTile = Math.min(25_000, Math.floor(picturesBytes / Math.max(1, shown.length)));
  for (const one of shown) tiles.push(await caseTile(one, side, limitOfTile));
  const patients = new Set(study.cases.map(({ patient }) => patient)).size;
  const masks = study.cases.filter(({ maskPath }) => maskPath !== null).length;
  const summary = `${count(study.cases.length)} images of ${count(patients)} patients, ${count(masks)} with a mask`;
  const left = study.cases.length - shown.length;
  const rest = left > 0 ? `; the first ${shown.length} are shown` : "";
  const problems = study.problems.map(({ reason }) => note(reason));
  return bundle({
    html: html`${title(summary + rest)}${row(tiles)}${note(
      html`${swatch(css(colours.mask))} outline of what a pathologist marked as epithelium`,
    )}${problems}${sourceNote(study)}`,
    text:
      [summary + rest, ...shown.map(({ name, patient }) => `  ${name} (patient ${patient})`)].join("\n") +
      sourceText(study),
  });
}

async function caseTile(one: Case, side: number, bytes: number): Promise<Html> {
  const caption = html`${one.name}`;
  try {
    const { width, height } = await imageSize(one.imagePath);
    const scale = Math.min(1, side / Math.max(width, height));
    const image = await readImage(one.imagePath, scale);
    const outlined =
      one.maskPath === null
        ? image
        : drawOutline(
            image,
            (await readMask(one.maskPath, scale, { size: { width, height } })).data,
            colours.mask,
          );
    const url = await pngUrl(await fitWithin(outlined, side), { limit: bytes });
    return figure(imageTag(url, side, `${one.name} with the outline of its mask`), caption);
  } catch (error) {
    // One bad image never hides the others.
    if (!isHistobookError(error)) throw error;
    return figure(html`<div style="width:${side}px">${error.message}</div>`, caption);
  }
}
