import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
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

/**
 * Lists a folder's images (tif, png, jpg) and pairs each with `NAME_mask.png`.
 *
 * Files without an underscore have no patient and are named among the problems; so are two images of one
 * name, and masks without an image. Images without a mask are kept: whether a mask is needed depends on the
 * step.
 *
 * @param options.needPatients false takes any folder of images (step 5): a name without an underscore is its
 * own patient, and masks are of no interest
 * @throws HistobookError `BadInput` when the folder is missing or holds no image.
 * @example
 * await createSample("study");
 * listCases("study/images").cases[1].name; // => "GT2012154_1002"
 */
export function listCases(folder: string, options: { needPatients?: boolean } = {}): CaseList {
  const { needPatients = true } = options;
  const files = readFolder(folder).sort();
  const masks = new Map(
    files.filter((file) => maskEnding.test(file)).map((file) => [file.replace(maskEnding, ""), file]),
  );
  const cases: Case[] = [];
  const problems: Skipped[] = [];
  const skip = (file: string, reason: string) => {
    problems.push({ file: join(folder, file), reason: `${join(folder, file)}: ${reason}` });
  };
  const fileOfName = new Map<string, string>();
  const imagesOfPatient = new Map<string, number>();
  for (const file of files.filter(isImage)) {
    const { name } = parse(file);
    const patient = patientOf(name) ?? (needPatients ? undefined : name);
    const twin = fileOfName.get(name);
    if (patient === undefined) {
      skip(
        file,
        "found no underscore in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.",
      );
    } else if (twin !== undefined) {
      skip(
        file,
        `found a second image of this name beside ${twin}, expected one; remove or rename one of them.`,
      );
    } else {
      fileOfName.set(name, file);
      const imageNumber = (imagesOfPatient.get(patient) ?? 0) + 1;
      imagesOfPatient.set(patient, imageNumber);
      const mask = masks.get(name);
      const maskPath = mask === undefined ? null : join(folder, mask);
      cases.push({ name, patient, imageNumber, imagePath: join(folder, file), maskPath });
    }
  }
  for (const [name, file] of needPatients ? masks : []) {
    if (fileOfName.has(name) || patientOf(name) === undefined) continue;
    skip(file, `found a mask alone, expected its image ${name}.tif (or png, jpg) beside it; add the image.`);
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

const maskEnding = /_mask\.png$/i;
const imageEnding = /\.(tiff?|png|jpe?g)$/i;
const derivedEnding = /_(mask|class|prob|binary)\.[^.]+$/i;

function isImage(file: string): boolean {
  return imageEnding.test(file) && !derivedEnding.test(file) && !file.startsWith(".");
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new HistobookError("BadInput", {
      subject: folder,
      found: code === "ENOENT" ? "no such folder" : `something that can't be listed (${code})`,
      expected: "a folder of images",
      fix: "check the path, or make a study from the sample with 'histobook sample DIR'",
      cause: error,
    });
  }
}
