import { chosenRule, divideImage, patchParameters, type PatchOptions } from "../patches/index.js";
import {
  readImage,
  readManifest,
  readMask,
  workingScale,
  type Raster,
  type Study,
  caseNamed,
  colours,
  drawOutline,
  tint,
} from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html } from "./html.js";
import { count, figure, row, title } from "./parts.js";
import { fitWithin, imageTag, picturesBytes, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/**
 * Shows where step 1 may cut patches of an image: the mask, and the regions of the three types at the working
 * scale (the tutorial's pictures of the annotation, the edge mask and the stroma mask).
 *
 * @param name the image's, e.g. `8918_00007`
 * @param options.regions a rule of your own, as `makePatches` takes it; the tutorial's by default
 * @throws HistobookError `BadInput` when there is no such image, it has no mask, or it can't be read.
 * @example
 * const { data } = await showRegions(openStudy(await createSample("study")), "GT2012154_1001");
 * Object.keys(data); // => ["text/html", "text/plain"]
 */
export async function showRegions(
  study: Study,
  name: string,
  options: Pick<PatchOptions, "regions" | "regionSettings"> = {},
): Promise<Bundle> {
  const one = caseNamed(study, name, { masked: true });
  const made = readManifest(study.directory).patches?.parameters;
  const parameters = made ?? patchParameters({}, workingScale(study.directory));
  const { scale, maskRule } = parameters;
  const image = await readImage(one.imagePath, scale);
  const mask = await readMask(one.maskPath, scale, { rule: maskRule });
  const given = options.regions ?? made?.regions;
  const rule = given === undefined ? undefined : await chosenRule(given, options.regionSettings);
  const regions = await divideImage({ image, mask, name }, parameters, rule);
  const pictures: [Raster, string, Uint8Array | null][] = [
    [drawOutline(image, mask.data, colours.mask), "the image and the pathologist's outline", null],
    [tint(image, regions.p, colours.p, 0.65), "p: epithelium (class 1)", regions.p],
    [tint(image, regions.e, colours.e, 0.9), "e: edge, a ring just outside (class 0)", regions.e],
    [tint(image, regions.b, colours.b, 0.65), "b: background, stroma (class 0)", regions.b],
  ];
  const side = 190;
  const figures = [];
  const lines = [];
  for (const [picture, caption, region] of pictures) {
    const pixels = region ? `${count(sum(region))} pixels` : `${image.width} × ${image.height} pixels`;
    const shown = await fitWithin(picture, 500);
    const url = await pngUrl(shown, { limit: picturesBytes / pictures.length });
    figures.push(figure(imageTag(url, side, caption), html`${caption}<br />${pixels}`));
    lines.push(`  ${caption}: ${pixels}`);
  }
  const heading = `Regions of ${name} at scale ${scale}`;
  return bundle({
    html: html`${title(heading)}${row(figures)}${sourceNote(study)}`,
    text: [heading, ...lines].join("\n") + sourceText(study),
  });
}

function sum(region: Uint8Array): number {
  return region.reduce((total, value) => total + value, 0);
}
