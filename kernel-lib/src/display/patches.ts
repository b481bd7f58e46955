import { HistobookError, numberOption, randomStream, sampleIndices } from "../foundation/index.js";
import { patchCutter, patchTypes, readImageRecord, type ImageRecord } from "../patches/index.js";
import {
  readImage,
  readManifest,
  type Case,
  type PatchType,
  type Raster,
  type Study,
} from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { caseNamed } from "./caseNamed.js";
import { html, type Html } from "./html.js";
import { count, figure, row, swatch, title } from "./parts.js";
import { colours, css, sheet, type Colour } from "./picture.js";
import { fitWithin, imageTag, picturesBytes, pngUrl } from "./png.js";
import { sourceNote, sourceText } from "./source.js";

/** Which patches are shown. */
export interface ShowPatchesOptions {
  /** Only this image's, with the places where they were cut; default all images'. */
  image?: string;
  /** Patches of each type; default 24. */
  count?: number;
  /** Which of them: another seed shows others; default 1. */
  seed?: number;
}

/** What the types are called in pictures. */
const typeWords: Record<PatchType, string> = {
  p: "p: epithelium, class 1",
  e: "e: edge, class 0",
  b: "b: background, class 0",
};

interface Recorded {
  one: Case;
  record: ImageRecord;
}

/**
 * Shows patches that step 1 cut, some of each type, drawn at random.
 *
 * They are cut from the images anew, so that it works without PNG files (`direct`) too.
 *
 * @throws HistobookError `MissingStep` before step 1, `BadInput` when there is no such image, `BadOption`.
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * const { data } = await showPatches(study, { count: 6 });
 * String(data["text/plain"]).split("\n")[1]; // => "  p: epithelium, class 1: 6 of 400"
 */
export async function showPatches(study: Study, options: ShowPatchesOptions = {}): Promise<Bundle> {
  const wanted = numberOption("count", options.count ?? 24, { minimum: 1, maximum: 200, integer: true });
  const { patches } = readManifest(study.directory);
  if (!patches) throw missingPatches(study);
  const { parameters } = patches;
  const cases = options.image === undefined ? study.cases : [caseNamed(study, options.image)];
  const recorded = cases.flatMap((one): Recorded[] => {
    const record = readImageRecord(study.directory, one.name);
    return record ? [{ one, record }] : [];
  });
  if (recorded.length === 0) throw missingPatches(study);
  const cutters = new Map<string, ReturnType<typeof patchCutter>>();
  const cut = async ({ one }: Recorded, position: number, rotation: number): Promise<Raster> => {
    const cutter =
      cutters.get(one.name) ?? patchCutter(await readImage(one.imagePath, parameters.scale), parameters);
    cutters.set(one.name, cutter);
    const { size } = parameters;
    const data = new Uint8Array(size * size * 3);
    cutter.cut(position, rotation, data);
    return { width: size, height: size, channels: 3, data };
  };
  const sheets: Html[] = [];
  const lines: string[] = [];
  const rotations = parameters.rotations.length;
  for (const type of patchTypes) {
    const total = recorded.reduce((sum, { record }) => sum + record.positions[type].length * rotations, 0);
    const random = randomStream(options.seed ?? 1, "show patches", type);
    const tiles: Raster[] = [];
    for (const index of sampleIndices(total, Math.min(wanted, total), random)) {
      const [owner, within] = locate(recorded, type, rotations, index);
      const position = owner.record.positions[type][Math.floor(within / rotations)];
      tiles.push(await cut(owner, position, owner.record.rotations[within % rotations]));
    }
    const words = `${typeWords[type]}: ${count(tiles.length)} of ${count(total)}`;
    lines.push(`  ${words}`);
    if (tiles.length === 0) continue;
    const picture = sheet(tiles, options.image === undefined ? 6 : 12, 2);
    const url = await pngUrl(picture, { limit: picturesBytes / 4 });
    const caption = html`${swatch(css(colours[type]))}${words}`;
    sheets.push(figure(imageTag(url, Math.round(picture.width * 1.2), words), caption));
  }
  const heading = `Patches of ${parameters.size} × ${parameters.size} pixels${options.image === undefined ? "" : ` of ${options.image}`}`;
  const figures =
    options.image === undefined
      ? sheets
      : [await placesFigure(recorded[0], parameters.scale), html`${sheets}`];
  return bundle({
    html: html`${title(heading)}${row(figures)}${sourceNote(study)}`,
    text: [heading, ...lines].join("\n") + sourceText(study),
  });
}

/** Finds the patch with an index among all patches of a type: whose it is, and its index there. */
function locate(
  recorded: readonly Recorded[],
  type: PatchType,
  rotations: number,
  index: number,
): [Recorded, number] {
  let within = index;
  for (const owner of recorded) {
    const own = owner.record.positions[type].length * rotations;
    if (within < own) return [owner, within];
    within -= own;
  }
  throw new RangeError(`patch ${index} of type ${type} does not exist`);
}

async function placesFigure({ one, record }: Recorded, scale: number): Promise<Html> {
  const picture = withPlaces(await readImage(one.imagePath, scale), record);
  const url = await pngUrl(await fitWithin(picture, 600), { limit: picturesBytes / 4 });
  return figure(
    imageTag(url, 340, `${one.name} with the places of its patches`),
    html`each dot is the centre of a patch`,
  );
}

/** The image, paler and twice as large, with a dot of 4 x 4 pixels at each position. */
function withPlaces(image: Raster, record: ImageRecord): Raster {
  const picture = enlargedAndPaler(image, 2);
  for (const type of patchTypes) {
    for (const position of record.positions[type]) {
      const x = (position % image.width) * 2;
      const y = Math.floor(position / image.width) * 2;
      for (let n = 0; n < 16; n++) dot(picture, x + (n % 4), y + Math.floor(n / 4), colours[type]);
    }
  }
  return picture;
}

function enlargedAndPaler(image: Raster, zoom: number): Raster {
  const width = image.width * zoom;
  const data = new Uint8Array(image.data.length * zoom * zoom);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = Math.floor((pixel % width) / zoom);
    const y = Math.floor(pixel / width / zoom);
    data[i] = Math.round(128 + image.data[(y * image.width + x) * 3 + (i % 3)] / 2);
  }
  return { width, height: image.height * zoom, channels: 3, data };
}

function dot({ width, height, data }: Raster, x: number, y: number, colour: Colour): void {
  if (x < width && y < height) data.set(colour, (y * width + x) * 3);
}

function missingPatches({ directory }: Study): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: "no patches",
    expected: "the patches of step 1",
    fix: "run makePatches(study) first",
  });
}
