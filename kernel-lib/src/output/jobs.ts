import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import type { EngineChoice } from "../engine/index.js";
import { readParentList } from "../folds/index.js";
import { HistobookError, numberOption, type RunOptions, type Skipped } from "../foundation/index.js";
import { foldModelFiles, modelScale, namedModelFiles, type ModelFiles } from "../models/index.js";
import {
  listCases,
  openStudy,
  parentListName,
  readManifest,
  workingScale,
  type Case,
} from "../study/index.js";
import type { ReplayOptions } from "../recording/index.js";
import type { MoreFileKind } from "./moreFiles.js";
import type { MapSettings } from "./probabilityMap.js";

/** The options of step 5, as the command line names them. */
export interface OutputOptions extends RunOptions, MapSettings, ReplayOptions {
  /** Whose test images and model; default all folds that have a model. */
  fold?: number;
  /** A folder of images to classify instead of a fold's test images. */
  images?: string;
  /** One image to classify instead. */
  image?: string;
  /**
   * With `image` and `images`: true computes maps tile by tile, in little memory, and writes them as TIFFs in tiles; false never.
   * Default: images of more than 25 million working pixels.
   */
  tiled?: boolean;
  /** Of a map that is computed tile by tile: pass over white, which gets probability 0; default true. */
  tissueMask?: boolean;
  /** A .caffemodel; default the fold's. */
  model?: string;
  /** A mean image; default the fold's. */
  mean?: string;
  /** Working pixels per pixel of the file; default the model's, from which only `images` may differ. */
  scale?: number;
  /** Only a part of the images, so that several processes share them: `3/10` is every tenth, from the third on. */
  share?: string;
  /** Where the pictures go; default STUDY/out (with a folder a fold), for `images` the current folder's `out`. */
  out?: string;
  engine?: EngineChoice;
  /** What is written beside the tutorial's pictures, at threshold 0.5; default nothing. */
  also?: readonly MoreFileKind[];
}

/** The images of one fold or folder, and the model that classifies them. */
export interface Job {
  fold: number | null;
  cases: Case[];
  problems: Skipped[];
  files: ModelFiles;
  scale: number;
  /** Absolute path. */
  folder: string;
}

/**
 * Says what is to be classified: a job a fold, or one for a folder of images.
 *
 * @throws HistobookError `MissingStep`, `ScaleMismatch`, `BadInput`, `BadOption`.
 */
export function outputJobs(directory: string | undefined, options: OutputOptions): Job[] {
  const { images, image, tiled } = options;
  if (images !== undefined && image !== undefined) {
    throw new HistobookError("BadOption", {
      subject: "--image",
      found: "--images too",
      expected: "one of them",
      fix: "leave one out",
    });
  }
  if (images !== undefined || image !== undefined) return [folderJob(directory, options)];
  if (tiled) {
    throw new HistobookError("BadOption", {
      subject: "--tiled",
      found: "a fold's test images",
      expected: "--image or --images, since evaluation reads a fold's maps as PNG",
      fix: "leave --tiled out, or name the image",
    });
  }
  return foldJobs(directory, options);
}

function foldJobs(directory: string | undefined, options: OutputOptions): Job[] {
  const study = openStudy(requireStudy(directory));
  const manifest = readManifest(study.directory);
  const size = manifest.folds?.size ?? manifest.patches?.parameters.size ?? 32;
  return foldsWithModels(study.directory, size, options.fold).map((fold) => {
    const files = foldModelFiles(study.directory, fold, options);
    const list = join(study.directory, parentListName("test", size, fold));
    const patients = new Set(readParentList(list));
    const cases = study.cases.filter(({ patient }) => patients.has(patient));
    const found = new Set(cases.map(({ patient }) => patient));
    const problems = [...patients]
      .filter((patient) => !found.has(patient))
      .map((patient) => ({
        file: list,
        reason: `${list}: found patient ${patient} without an image in images/, expected at least one; restore it or run step 2 again.`,
      }));
    return {
      fold,
      cases,
      problems,
      files,
      scale: modelScale(files, options.scale, () => workingScale(study.directory)),
      folder: join(
        options.out === undefined ? join(study.directory, "out") : resolve(options.out),
        String(fold),
      ),
    };
  });
}

function folderJob(directory: string | undefined, options: OutputOptions): Job {
  const { images = "", image, model, mean, fold, out } = options;
  const files =
    model !== undefined && mean !== undefined
      ? namedModelFiles(model, { mean })
      : foldModelFiles(resolve(requireStudy(directory)), fold ?? 1, options);
  const { cases, problems } =
    image === undefined ? listCases(resolve(images), { needPatients: false }) : oneCase(resolve(image));
  const hasStudy = directory !== undefined && existsSync(directory);
  const base = hasStudy ? join(resolve(directory), "out") : resolve("out");
  return {
    fold: null,
    cases,
    problems,
    files,
    scale: folderScale(files, options.scale, () => (hasStudy ? workingScale(resolve(directory)) : 0.5)),
    folder: out === undefined ? base : resolve(out),
  };
}

function oneCase(imagePath: string): Pick<Job, "cases" | "problems"> {
  if (!existsSync(imagePath)) {
    throw new HistobookError("BadInput", {
      subject: imagePath,
      topic: "images",
      found: "no such file",
      expected: "an image",
      fix: "check the path",
    });
  }
  const name = basename(imagePath, extname(imagePath));
  return { cases: [{ name, patient: name, imageNumber: 1, imagePath, maskPath: null }], problems: [] };
}

/** Images from elsewhere may have been scanned at another magnification than the study's: a scale that is given wins. */
function folderScale(files: ModelFiles, explicit: number | undefined, fallback: () => number): number {
  return explicit === undefined
    ? modelScale(files, undefined, fallback)
    : numberOption("--scale", explicit, { minimum: 0.001, maximum: 4 });
}

/** The folds to be done: the one that was asked for, else all that have lists. */
function foldsWithModels(directory: string, size: number, fold: number | undefined): number[] {
  if (fold !== undefined) {
    numberOption("--fold", fold, { minimum: 1, integer: true });
    if (existsSync(join(directory, parentListName("test", size, fold)))) return [fold];
  } else {
    const manifest = readManifest(directory);
    const trained = Object.keys(manifest.models).map(Number);
    if (trained.length > 0) return trained.sort((a, b) => a - b);
  }
  throw new HistobookError("MissingStep", {
    subject: directory,
    found: fold === undefined ? "no trained fold" : `no ${parentListName("test", size, fold)}`,
    expected: "the folds of step 2 and the models of step 4",
    fix: `run 'histobook ${fold === undefined ? "train" : "folds"} ${directory}' first, or name --images or --image, --model and --mean`,
  });
}

function requireStudy(directory: string | undefined): string {
  if (directory !== undefined) return directory;
  throw new HistobookError("BadOption", {
    subject: "STUDY",
    found: "no study folder",
    expected: "a study, or --image or --images with --model and --mean",
    fix: "name one of them",
  });
}
