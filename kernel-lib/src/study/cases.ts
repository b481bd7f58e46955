import { readdirSync } from "node:fs";
import { join } from "node:path";
import { HistobookError, readingProblem, type Skipped } from "../foundation/index.js";
import { pairImages } from "./pairing.js";

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
  const paired = pairImages(readFolder(folder), options);
  const path = (file: string): string => join(folder, file);
  const cases = paired.cases.map(({ image, mask, ...one }): Case => ({
    ...one,
    imagePath: path(image),
    maskPath: mask === null ? null : path(mask),
  }));
  const problems = paired.problems.map(({ file, reason, topic = "names" }) => ({
    file: path(file),
    reason: `${path(file)}: ${reason}`,
    topic,
  }));
  if (cases.length === 0 && problems.length === 0) {
    throw new HistobookError("BadInput", {
      subject: folder,
      topic: "folders",
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
    const { code } = error as NodeJS.ErrnoException;
    throw new HistobookError("BadInput", {
      subject: folder,
      topic: "folders",
      found: code === "ENOENT" ? "no such folder" : readingProblem(error),
      expected: "a folder of images",
      fix: "check the path, or make a study from the sample with 'histobook sample DIR'",
      cause: error,
    });
  }
}
