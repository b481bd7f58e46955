import { numberOption } from "../foundation/index.js";
import { viewMimeType } from "../payloads/index.js";
import { caseNamed, readManifest, type Study } from "../study/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { openAlbum } from "./grid/album.js";
import { gridCalls } from "./grid/calls.js";
import { gridPayload } from "./grid/payload.js";
import { predictionsOf, type PatchPredictions } from "./grid/predictions.js";
import { placesFigure, typeFigures } from "./grid/still.js";
import { html } from "./html.js";
import { liveDisplay } from "./live.js";
import { row, title } from "./parts.js";
import { sourceNote, sourceText } from "./source.js";

/** Which patches are shown. */
export interface ShowPatchesOptions {
  /** Only this image's, with the places where they were cut; default all images'. */
  image?: string;
  /** Patches of each type in the still picture; default 24. */
  count?: number;
  /** Which of them, in the still picture and in the saved sample: another seed shows others; default 1. */
  seed?: number;
  /** So many patches are kept in the notebook for JupyterLab's grid, a stratified sample if there are more; default 2000. */
  saved?: number;
  /** What a model says of the patches, for sorting them by it and by how far it disagrees with their labels. */
  predictions?: PatchPredictions;
}

/** Shown patches; in the kernel "TypeScript (histobook)" their grid can send a selection back. */
export interface ShownPatches extends Bundle {
  /** The file names that were sent last, in the order of the names; empty until then. */
  readonly selected: readonly string[];
}

/**
 * Shows patches that step 1 cut: some of each type, drawn at random, and in JupyterLab a grid of all of them.
 *
 * They are cut from the images anew, so that it works without PNG files (`direct`) too.
 *
 * @throws HistobookError `MissingStep` before step 1 (and before step 5 with `predictions: "maps"`), `BadInput` when there is
 * no such image, `BadOption`.
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * const { data, selected } = await showPatches(study, { count: 6 });
 * String(data["text/plain"]).split("\n")[1]; // => "  p: epithelium, class 1: 6 of 400"
 * selected; // => []
 */
export async function showPatches(study: Study, options: ShowPatchesOptions = {}): Promise<ShownPatches> {
  const { image, seed = 1 } = options;
  const wanted = numberOption("count", options.count ?? 24, { minimum: 1, maximum: 200, integer: true });
  const saved = numberOption("saved", options.saved ?? 2000, { minimum: 1, maximum: 5000, integer: true });
  const cases = image === undefined ? study.cases : [caseNamed(study, image)];
  const album = openAlbum(study, cases);
  const predictions = predictionsOf(study, album, options.predictions);
  const choice: { selected: readonly string[] } = { selected: [] };
  const live = liveDisplay(gridCalls(album, predictions, (names) => (choice.selected = names)));
  const { size } = album.parameters;
  const heading = `Patches of ${size} × ${size} pixels${image === undefined ? "" : ` of ${image}`}`;
  const still = await typeFigures(album, { wanted, seed, columns: image === undefined ? 6 : 12 });
  const figures =
    image === undefined
      ? still.figures
      : [await placesFigure(album.images[0], album.parameters.scale), html`${still.figures}`];
  const payload = await gridPayload(album, predictions, { name: heading, saved, seed });
  const manifest = readManifest(study.directory);
  const shown = bundle({
    recorded:
      options.predictions === "maps"
        ? Object.values(manifest.maps).find(({ recorded }) => recorded !== undefined)?.recorded
        : undefined,
    custom: { [viewMimeType("patch-grid")]: { ...payload, ...live } },
    html: html`${title(heading)}${row(figures)}${sourceNote(study)}`,
    text: [heading, ...still.lines].join("\n") + sourceText(study),
  });
  // Not enumerable: a bundle stays plain data for whoever copies or compares it.
  return Object.defineProperty(shown, "selected", { get: () => choice.selected }) as ShownPatches;
}
