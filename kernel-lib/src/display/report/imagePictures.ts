import type { ScoredItem } from "../../evaluation/index.js";
import { applyThreshold } from "../../output/index.js";
import { type Raster, type Study, colours, drawOutline } from "../../study/index.js";
import { overlay, probabilityScale } from "../heat.js";
import { html, type Html } from "../html.js";
import { jpegUrl } from "../jpeg.js";
import { loadMap } from "../loadMap.js";
import { score } from "../parts.js";
import { css } from "../picture.js";
import { fitWithin } from "../png.js";
import { reportFigure } from "./page.js";

/** Longest side of a picture in pixels, and the most that one may weigh in bytes of JPEG. */
const sizes = { side: 512, bytes: 60_000 };

/**
 * Some of the images, from the one that went worst to the one that went best, at even steps between, so that they show the whole
 * range and nobody chose them.
 *
 * @param most how many at most
 */
export function evenlyRanked(images: readonly ScoredItem[], most: number): ScoredItem[] {
  const ranked = images
    .filter(({ atThreshold }) => atThreshold.fScore !== null)
    .sort((a, b) => (a.atThreshold.fScore ?? 0) - (b.atThreshold.fScore ?? 0));
  const wanted = Math.min(most, ranked.length);
  const step = wanted < 2 ? 0 : (ranked.length - 1) / (wanted - 1);
  return Array.from({ length: wanted }, (_, i) => ranked[Math.round(i * step)]);
}

/** An image with both outlines, and with the heat map over it. */
export async function imageFigure(study: Study, item: ScoredItem): Promise<Html> {
  const { name, fold, threshold, atThreshold, atHalf } = item;
  const { image, mask, stored } = await loadMap(study, name, { fold, threshold });
  const inside = mask ? drawOutline(image, mask.data, colours.mask) : image;
  const outlined = drawOutline(inside, applyThreshold(stored, threshold), colours.threshold);
  const words = `${name}: F-score ${score(atThreshold.fScore)} at ${threshold.toFixed(3)}, ${score(atHalf.fScore)} at 0.5`;
  const pictures = [
    await picture(
      outlined,
      `${name} with the pathologist's outline and the network's, which agree to an F-score of ${score(atThreshold.fScore)}`,
    ),
    await picture(
      await overlay(image, stored.levels),
      `${name} coloured by the probability of epithelium that the network gives each pixel`,
    ),
  ];
  return reportFigure(pictures, words);
}

/** What the outlines and colours mean. */
export async function picturesLegend(): Promise<Html> {
  return html`<p>
    <span class="swatch" style="background:${css(colours.mask)}"></span> outline of the pathologist's mask;
    <span class="swatch" style="background:${css(colours.threshold)}"></span> outline of what the network
    calls epithelium at the fold's threshold; probability ${await probabilityScale()}
  </p>`;
}

async function picture(raster: Raster, alternative: string): Promise<Html> {
  const { url, width, height } = await jpegUrl(await fitWithin(raster, sizes.side), sizes.bytes);
  return html`<img src="${url}" width="${width}" height="${height}" alt="${alternative}" />`;
}
