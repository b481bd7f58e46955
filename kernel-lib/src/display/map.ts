import { countPixels, scoresOf, tagExploratory, type ExploratoryThreshold } from "../evaluation/index.js";
import { applyThreshold } from "../output/index.js";
import { thresholdChoice, viewMimeType } from "../payloads/index.js";
import { type Raster, type Study, colours, drawOutline } from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { differenceScale, differencePicture, overlay, probabilityScale } from "./heat.js";
import { html, type Html } from "./html.js";
import { liveDisplay } from "./live.js";
import { liveBody } from "./liveBody.js";
import { loadMap, type LoadedMap, type ShowMapOptions } from "./loadMap.js";
import { mapPayload } from "./mapPayload.js";
import { figure, note, row, score, swatch, title } from "./parts.js";
import { css, greyPicture } from "./picture.js";
import { fitWithin, imageTag, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** A shown map; in the kernel "TypeScript (histobook)" its view can send a threshold back. */
export interface ShownMap extends Bundle {
  /** The threshold that was sent last; undefined until then. `evaluate` refuses it, since a test patient had a part in it. */
  readonly chosen: ExploratoryThreshold | undefined;
}

/** Bytes of PNG for the still version's pictures. */
const stillBytes = 250_000;

/**
 * Shows the probability map of a test image: over the image, with the outlines of the mask and of what lies above the
 * threshold, and as the class picture. The JupyterLab extension makes it movable.
 *
 * @param name the image's, e.g. `8918_00007`
 * @throws HistobookError `MissingStep` before step 5, `BadInput` when there is no such image or a file is damaged.
 * @example
 * await train(study, { fold: 1, iterations: 1, batch: 8 });
 * const { images } = await output(study.directory, { fold: 1, stride: 32 });
 * Object.keys((await showMap(study, images[0].name)).data);
 * // => ["application/vnd.histobook.probability-map.v1+json", "text/html", "text/plain"]
 */
export async function showMap(study: Study, name: string, options: ShowMapOptions = {}): Promise<ShownMap> {
  const map = await loadMap(study, name, options);
  const { fold, threshold, stored, mask } = map;
  const above = applyThreshold(stored, threshold);
  const scores = mask && scoresOf(countPixels(above, mask.data));
  const heading = `${name}: probability of epithelium, by fold ${fold}'s network`;
  const thresholdWords = `threshold ${threshold.toFixed(2)}${map.thresholdIsChosen ? ", chosen on validation patients" : ""}`;
  const scoreWords = scores ? `F-score ${score(scores.fScore)} at the threshold` : "no mask to compare with";
  const computed = computedWords(map);
  const choice: { made?: ExploratoryThreshold } = {};
  const live = liveDisplay({
    choose: async (body) => {
      choice.made = chosenThreshold(map, body);
      await tagExploratory(study.directory, fold, choice.made.value);
      return { body: choice.made };
    },
  });
  const shown = bundle({
    recorded: map.recorded,
    custom: {
      [viewMimeType("probability-map")]: { ...(await mapPayload(map)), ...live },
    },
    html: html`${title(heading)}${row(await stillFigures(map, above))}${note(
      html`${thresholdWords}; ${scoreWords}; ${computed}.
      ${swatch(css(colours.mask))}mask${" "}${swatch(css(colours.threshold))}at or above the threshold`,
    )}${sourceNote(study)}`,
    text: `${heading}\n  ${thresholdWords}; ${scoreWords}; ${computed}${sourceText(study)}`,
  });
  // Not enumerable: a bundle stays plain data for whoever copies or compares it.
  return Object.defineProperty(shown, "chosen", { get: () => choice.made }) as ShownMap;
}

/** How the map was computed, and how far that agrees with window mode. */
function computedWords({ stride, comparison }: LoadedMap): string {
  const words = `every ${stride === 1 ? "" : `${ordinal(stride)} `}pixel computed`;
  if (!comparison) return words;
  const { mode, agreement, pixels } = comparison;
  const share = `${(100 * agreement).toFixed(1)} % of ${pixels} compared pixels`;
  return `${words} by mode ${mode}, which gives ${share} window mode's class`;
}

const ordinals = new Intl.PluralRules("en", { type: "ordinal" });
const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** 2nd, 3rd, 4th */
function ordinal(value: number): string {
  return `${value}${endings[ordinals.select(value)] ?? "th"}`;
}

/** What the view says was chosen; a test patient's map makes it exploratory, whatever the page says. */
function chosenThreshold({ fold }: LoadedMap, body: unknown): ExploratoryThreshold {
  const { threshold } = liveBody(thresholdChoice, body, {
    subject: "the threshold that was chosen in the map",
    fix: "choose it with the map's slider",
  });
  return { value: threshold, fold, exploratory: true };
}

async function stillFigures(
  { one, stored, image, mask, other }: LoadedMap,
  above: Uint8Array,
): Promise<Html[]> {
  const { width, height } = stored;
  const outlined = (picture: Raster): Raster =>
    mask ? drawOutline(picture, mask.data, colours.mask) : picture;
  const pictures: [Raster, string][] = [
    [outlined(image), mask ? "the image and its mask" : "the image"],
    [await overlay(image, stored.levels), "the probability over it"],
    [outlined(drawOutline(image, above, colours.threshold)), "at or above the threshold"],
    [
      greyPicture(
        width,
        height,
        stored.levels.map((level) => (level > 127 ? 255 : 0)),
      ),
      "_class: the likelier class",
    ],
  ];
  if (other) {
    pictures.push([
      await differencePicture(stored, other.stored),
      `the probability minus that of ${other.name}`,
    ]);
  }
  const figures: Html[] = [];
  for (const [picture, words] of pictures) {
    const url = await pngUrl(await fitWithin(picture, 500), { limit: stillBytes / pictures.length });
    const scale = words.startsWith("the probability over")
      ? await probabilityScale()
      : words.startsWith("the probability minus")
        ? await differenceScale()
        : null;
    const caption = scale ? html`${words}<br />${scale}` : words;
    figures.push(figure(imageTag(url, 190, `${one.name}: ${words}`), caption));
  }
  return figures;
}
