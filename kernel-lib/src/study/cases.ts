import { readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { HistobookError, type Skipped } from "../foundation/index.js";
import { patientOf } from "./names.js";

/** One image of a study, with its pathologist's mask where there is one. */
export interface Case {
  /** The file's name without its ending, e.g. `8918_00007`. */
  name: string;
  patient: string;
  /** Counts the patient's images from 1, in the order of their file names. */
  imageNumber: number;
  imagePath: string;
  maskPath: string | null;
}

/** The images of a folder, and the files in it that can't be used. */
export interface CaseList {
  cases: Case[];
  problems: Skipped[];
}

const imageEndings = new Set([".tif", ".tiff", ".png", ".jpg", ".jpeg"]);
const derivedNames = /_(mask|class|prob|binary)$/i;

/**
 * Lists a folder's images (tif, png, jpg) and pairs each with `NAME_mask.png`.
 *
 * Files without an underscore have no patient and are named among the problems; so are two images of one
 * name. Images without a mask are kept: whether a mask is needed depends on the step.
 *
 * @throws HistobookError `BadInput` when the folder is missing or holds no image.
 */
export function listCases(folder: string, options: { needPatients?: boolean } = {}): CaseList {
  const { needPatients = true } = options;
  const files = readFolder(folder).sort();
  const masks = new Map(
    files
      .filter((file) => /_mask\.png$/i.test(file))
      .map((file) => [file.slice(0, -"_mask.png".length), file]),
  );
  const cases: Case[] = [];
  const problems: Skipped[] = [];
  const imagesOfPatient = new Map<string, number>();
  const seen = new Map<string, string>();
  for (const file of files) {
    const ending = extname(file);
    const name = file.slice(0, file.length - ending.length);
    if (!imageEndings.has(ending.toLowerCase()) || derivedNames.test(name) || file.startsWith(".")) continue;
    const path = join(folder, file);
    const twin = seen.get(name);
    if (twin !== undefined) {
      problems.push({
        file: path,
        reason: `${path}: found a second image of this name beside ${twin}, expected one; remove or rename one of them.`,
      });
      continue;
    }
    const patient = patientOf(name);
    if (patient === undefined && needPatients) {
      problems.push({
        file: path,
        reason: `${path}: found no underscore in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.`,
      });
      continue;
    }
    seen.set(name, file);
    const imageNumber = (imagesOfPatient.get(patient ?? name) ?? 0) + 1;
    imagesOfPatient.set(patient ?? name, imageNumber);
    const mask = masks.get(name);
    cases.push({
      name,
      patient: patient ?? name,
      imageNumber,
      imagePath: path,
      maskPath: mask === undefined ? null : join(folder, mask),
    });
  }
  if (cases.length === 0 && problems.length === 0) {
    throw new HistobookError("BadInput", {
      subject: folder,
      found: "no image",
      expected: "files such as 8918_00007.tif with 8918_00007_mask.png",
      fix: "copy your images there, or make a study from the sample with 'histobook sample DIR'",
    });
  }
  return { cases, problems };
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: folder,
      found: "no such folder",
      expected: "a folder of images",
      fix: "check the path, or make a study from the sample with 'histobook sample DIR'",
      cause: error,
    });
  }
}
