import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  cellSignal,
  HistobookError,
  isHistobookError,
  makeFolder,
  removeLeftovers,
  stopIfAborted,
  storedPath,
  withWorkLock,
  type RunOptions,
  type Skipped,
} from "../foundation/index.js";
import { readManifest, updateManifest } from "../study/index.js";
import { annotationKind } from "./annotationKind.js";
import { drawnMask, type AnnotationKind } from "./drawnMask.js";
import { filePattern } from "./filePattern.js";
import { findFiles, type FoundFile } from "./findFiles.js";
import { importScale, type ImportScale, type ScaleOptions } from "./importScale.js";
import { pairFiles, problem } from "./pairFiles.js";
import { patientRule, type PatientOptions } from "./patients.js";
import { imagePresence, maskPresence, putImage, putMask, type Presence } from "./putFiles.js";
import { nameInStudy, type NamedPair } from "./studyNames.js";

/** The options of `importImages`, as the command line names them. */
export interface ImportOptions extends RunOptions, PatientOptions, ScaleOptions {
  /** Which files are images, relative to the folder; default `*.{tif,tiff,png,jpg,jpeg}`. See `docs/how-to/own-data.md`. */
  images?: string;
  /** Which files are masks, relative to the folder; default `{name}_mask.png`, the tutorial's. */
  masks?: string;
  /** In place of masks: which files are annotations as GeoJSON, e.g. of QuPath. */
  geoJson?: string;
  /** What is class 1: grey values or colours of the masks (`1`, `128-255`, `#ff0000`), or QuPath's classes (`Tumor`). */
  classes?: readonly string[];
  /** Where the images come from and under which licence; it is shown beside them. */
  source?: string;
  /** Links to the images instead of copying them; default false. */
  link?: boolean;
  /** Imports what can be imported although other images have problems; default false. */
  skipProblems?: boolean;
  /** Writes nothing, and says what would be written; default false. */
  dryRun?: boolean;
}

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

/** A pair that can be imported. */
interface CheckedPair extends NamedPair {
  width: number;
  height: number;
  share: number;
  there: { image: Presence; mask: Presence };
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
  const { named, how, problems } = await pairsOf(folder, home, run);
  const checked = await checkPairs(named, how, join(home, "images"), run, problems);
  problems.sort((a, b) => (a.file < b.file ? -1 : 1));
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
  await write(home, checked, how, scale, run);
  return result;
}

async function pairsOf(
  folder: string,
  home: string,
  options: ImportOptions,
): Promise<{ named: NamedPair[]; how: AnnotationKind; problems: Skipped[] }> {
  const { geoJson, masks, report } = options;
  if (geoJson !== undefined && masks !== undefined) {
    throw new HistobookError("BadOption", {
      subject: "--geojson",
      found: "--masks as well",
      expected: "one of the two",
      fix: "leave one of them out",
    });
  }
  const [kind, option] =
    geoJson === undefined ? (["masks", "--masks"] as const) : (["geoJson", "--geojson"] as const);
  const from = resolve(folder);
  const imagePattern = filePattern("--images", options.images ?? "*.{tif,tiff,png,jpg,jpeg}", false);
  const pattern = filePattern(option, geoJson ?? masks ?? "{name}_mask.png", true);
  requirePatient(imagePattern.text, pattern.text, option);
  const annotations = findFiles(option, pattern, from, home);
  const drawn = new Set(annotations.map(({ path }) => path));
  const images = findFiles("--images", imagePattern, from, home).filter(({ path }) => !drawn.has(path));
  const { pairs, problems } = pairFiles(images, annotations, pattern.text);
  if (pairs.length === 0) throw noPair(folder, images, annotations, option);
  const rule = await patientRule(options, imagePattern.text.includes("{patient}"));
  const there = existsSync(join(home, "images")) ? readdirSync(join(home, "images")) : [];
  const { named, problems: unnamed } = nameInStudy(pairs, rule, (path) => storedPath(from, path), there);
  const { how, passedOver } = annotationKind(
    kind,
    pairs.map(({ annotation }) => annotation),
    options.classes,
  );
  if (passedOver.count > 0) {
    const message = `${passedOver.count} points and lines in ${passedOver.files} files have no area and are passed over.`;
    report?.({ event: "warning", step: "import", message });
  }
  return { named, how, problems: [...problems, ...unnamed] };
}

/** Reads every image's size and every mask, and compares them with what the study has. */
async function checkPairs(
  pairs: readonly NamedPair[],
  how: AnnotationKind,
  images: string,
  { report, signal }: RunOptions,
  problems: Skipped[],
): Promise<CheckedPair[]> {
  const checked: CheckedPair[] = [];
  for (const [done, pair] of pairs.entries()) {
    report?.({ event: "progress", step: "check", done, total: pairs.length, unit: "images" });
    stopIfAborted(signal, "import");
    try {
      const mask = await drawnMask(pair.image, pair.annotation, how);
      const there = {
        image: await imagePresence(images, pair),
        mask: await maskPresence(images, pair, mask),
      };
      const taken = [there.image === "other" && pair.imageFile, there.mask === "other" && pair.maskFile].find(
        Boolean,
      );
      if (taken) {
        problems.push(
          problem(
            pair.image,
            `found another file ${taken} in the study, expected none or the same one; move that file away, or import into another study`,
          ),
        );
        continue;
      }
      const marked = mask.marked.reduce((sum, value) => sum + value, 0);
      const { width, height } = mask;
      const share = marked / mask.marked.length;
      if (share === 0 || share === 1) {
        const message = `${pair.annotation}: ${share === 0 ? "no pixel is" : "all pixels are"} class 1; is that right?`;
        report?.({ event: "warning", step: "import", message });
      }
      checked.push({ ...pair, width, height, share, there });
    } catch (error) {
      if (!isHistobookError(error, "BadInput")) throw error;
      problems.push({ file: error.subject, reason: error.message, topic: error.topic });
    }
  }
  return checked;
}

async function write(
  home: string,
  pairs: readonly CheckedPair[],
  how: AnnotationKind,
  { scale }: ImportScale,
  options: ImportOptions,
): Promise<void> {
  const { source, link = false, report } = options;
  const images = join(home, "images");
  makeFolder(images);
  const about = { ...options, subject: `the images of ${home}`, step: "import" };
  await withWorkLock(join(home, "import.lock"), about, async (signal) => {
    removeLeftovers(images);
    await updateManifest(home, (manifest) => ({
      ...manifest,
      scale: scale ?? manifest.scale,
      source: source ?? manifest.source,
    }));
    for (const [done, pair] of pairs.entries()) {
      report?.({ event: "progress", step: "import", done, total: pairs.length, unit: "images" });
      stopIfAborted(signal, "import");
      // The image comes last: it is what the study goes by.
      if (pair.there.mask === "missing") {
        await putMask(images, pair, await drawnMask(pair.image, pair.annotation, how));
      }
      if (pair.there.image === "missing") putImage(images, pair, link);
    }
    report?.({ event: "progress", step: "import", done: pairs.length, total: pairs.length, unit: "images" });
  });
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

function requirePatient(images: string, annotations: string, option: string): void {
  if (!annotations.includes("{patient}") || images.includes("{patient}")) return;
  throw new HistobookError("BadOption", {
    subject: option,
    found: `{patient} in '${annotations}' and not in '${images}'`,
    expected: "it in the images' pattern as well",
    fix: "put it into --images, or put * in its place",
  });
}

function noPair(
  folder: string,
  images: FoundFile[],
  annotations: FoundFile[],
  option: string,
): HistobookError {
  const some = (files: FoundFile[]): string =>
    files
      .slice(0, 3)
      .map(({ name }) => `'${name}'`)
      .join(", ");
  return new HistobookError("BadInput", {
    subject: folder,
    found: `${images.length} images (${some(images)} …) and ${annotations.length} annotations (${some(annotations)} …), of which no two have the same name`,
    expected: "an annotation of the same name for each image",
    fix: `say with {name} which part of the names is the same, e.g. ${option} 'masks/{name}-labels.png'`,
  });
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
