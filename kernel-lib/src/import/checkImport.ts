import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  HistobookError,
  isHistobookError,
  stopIfAborted,
  storedPath,
  type RunOptions,
  type Skipped,
} from "../foundation/index.js";
import { annotationKind } from "./annotationKind.js";
import { drawnMask, type AnnotationKind } from "./drawnMask.js";
import { filePattern } from "./filePattern.js";
import { findFiles, type FoundFile } from "./findFiles.js";
import type { ImportOptions } from "./importOptions.js";
import { pairFiles, problem } from "./pairFiles.js";
import { patientRule } from "./patients.js";
import { imagePresence, maskPresence, type Presence } from "./putFiles.js";
import { nameInStudy, type NamedPair } from "./studyNames.js";

/** A pair that can be imported. */
export interface CheckedPair extends NamedPair {
  width: number;
  height: number;
  share: number;
  there: { image: Presence; mask: Presence };
}

/**
 * Finds and pairs the files of a folder, reads all of them, and compares them with what the study has; writes nothing.
 *
 * @param folder where the patterns start
 * @param home the study
 * @returns what can be imported, and what can't and why, by the files' names
 * @throws HistobookError `BadInput` when nothing fits together, `BadOption`, `Interrupted`.
 */
export async function checkImport(
  folder: string,
  home: string,
  options: ImportOptions,
): Promise<{ checked: CheckedPair[]; how: AnnotationKind; problems: Skipped[] }> {
  const { named, how, problems } = await pairsOf(folder, home, options);
  const checked = await checkPairs(named, how, join(home, "images"), options, problems);
  problems.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { checked, how, problems };
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
