import { resolve } from "node:path";
import { cellSignal, HistobookError, type Skipped } from "../foundation/index.js";
import { readManifest } from "../study/index.js";
import { checkImport, type CheckedPair } from "./checkImport.js";
import type { ImportOptions } from "./importOptions.js";
import { importScale, type ImportScale, type ScaleOptions } from "./importScale.js";
import type { NamedPair } from "./studyNames.js";
import { writeImport } from "./writeImport.js";

/** An image that was, or would be, imported. */
export interface ImportedImage {
  /** In the study, e.g. `8918_00007`. */
  name: string;
  patient: string;
  /** The file that it comes from. */
  image: string;
  /** The mask or GeoJSON file. */
  annotation: string;
  /** Pixels. */
  width: number;
  height: number;
  /** The share of its pixels that is class 1, [0,1]. */
  share: number;
  /** True when the study had both files already. */
  kept: boolean;
}

/** What was, or would be, imported. */
export interface ImportResult {
  /** The study's absolute path. */
  directory: string;
  images: ImportedImage[];
  /** Working pixels per pixel of the files; null when nothing says it, so that step 1 takes its default. */
  scale: number | null;
  /** Who says so. */
  scaleFrom: string;
  /** Files with problems. */
  skipped: Skipped[];
}

/**
 * Puts your own images into a study, new or old, as the tutorial has them: `PATIENT_IMAGE.tif` beside `PATIENT_IMAGE_mask.png`, in
 * which white is class 1.
 *
 * Images and masks (or GeoJSON files) are paired by name. Everything is checked before anything is written: a file without its
 * partner, a mask of another size, an unclear one, a patient who can't be told are all listed in one error. Image files are copied byte
 * for byte. A file that the study has is never overwritten: the same one is kept, so that an interrupted import goes on, and another
 * one is a problem.
 *
 * @param folder where the patterns start
 * @param directory the study
 * @throws HistobookError `BadInput`, `BadOption`, `Locked`, `Interrupted`.
 * @example
 * await createSample("study");
 * const { images } = await importImages("study/images", "copy", { scale: 1 });
 * images[0].name; // => "GT2012154_1001"
 * openStudy("copy").cases.length; // => 20
 */
export async function importImages(
  folder: string,
  directory: string,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const run = { ...options, signal: options.signal ?? cellSignal() };
  const home = resolve(directory);
  const { checked, how, problems } = await checkImport(folder, home, run);
  const scale = await scaleOf(home, checked, options);
  const result: ImportResult = {
    directory: home,
    images: checked.map(importedImage),
    scale: scale.scale,
    scaleFrom: scale.because,
    skipped: problems,
  };
  if (options.dryRun === true) return result;
  if (problems.length > 0 && !(options.skipProblems === true && checked.length > 0)) {
    throw manyProblems(folder, problems);
  }
  await writeImport(home, checked, how, scale, run);
  return result;
}

/** So many problems are written out. */
const listed = 100;

function manyProblems(folder: string, problems: readonly Skipped[]): HistobookError {
  const lines = problems.slice(0, listed).map(({ reason }) => reason);
  if (problems.length > listed) lines.push(`${problems.length - listed} more.`);
  const list = lines.map((line) => `\n  ${line}`).join("");
  return new HistobookError("BadInput", {
    subject: folder,
    found: problems.length === 1 ? "a problem" : `${problems.length} problems`,
    expected: "every image with one annotation of its size and a patient",
    fix: `mend them, or leave them out with --skip-problems; nothing was written:${list.replace(/\.$/, "")}`,
  });
}

function importedImage({
  studyName,
  patient,
  image,
  annotation,
  width,
  height,
  share,
  there,
}: CheckedPair): ImportedImage {
  const kept = there.image === "same" && there.mask === "same";
  return { name: studyName, patient, image, annotation, width, height, share, kept };
}

/** What the study says already is not changed. */
async function scaleOf(
  home: string,
  pairs: readonly NamedPair[],
  options: ScaleOptions,
): Promise<ImportScale> {
  const { scale: own } = readManifest(home);
  const isSaid = options.scale !== undefined || options.magnification !== undefined;
  if (own !== null && !isSaid) return { scale: own, because: "as the study has it" };
  const chosen = await importScale(
    pairs.map(({ image }) => image),
    options,
  );
  if (own === null || chosen.scale === own) return chosen;
  throw new HistobookError("BadOption", {
    subject: "--scale",
    found: `${chosen.scale} (${chosen.because})`,
    expected: `${own}, at which the study's images are worked with`,
    fix: "leave it out, or import into another study",
  });
}
