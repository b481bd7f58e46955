import { extname } from "node:path";
import type { Skipped } from "../foundation/index.js";
import { pairImages } from "../study/index.js";
import { problem, type FilePair } from "./pairFiles.js";
import type { PatientRule } from "./patients.js";

/** A pair and what it is called in the study. */
export interface NamedPair extends FilePair {
  patient: string;
  /** `PATIENT_IMAGE`, as the tutorial has it. */
  studyName: string;
  /** The image's file in images/. */
  imageFile: string;
  /** The mask's. */
  maskFile: string;
}

const endings = [".tif", ".tiff", ".png", ".jpg", ".jpeg"];

/**
 * Gives each pair its patient and its file names in the study.
 *
 * Blanks and underscores in a patient's code become "-", since patches' names are divided by underscores. The name of the image stays
 * where it begins with the patient and an underscore; else these are put before it.
 *
 * @param relative the path of an image as the reader's pattern sees it
 * @param existing the names of the files that are in images/ already
 */
export function nameInStudy(
  pairs: readonly FilePair[],
  rule: PatientRule,
  relative: (path: string) => string,
  existing: readonly string[],
): { named: NamedPair[]; problems: Skipped[] } {
  const problems: Skipped[] = [];
  const named: NamedPair[] = [];
  const codes = new Map<string, string>();
  for (const pair of pairs) {
    const ending = extname(pair.image).toLowerCase();
    const given = rule(pair, relative(pair.image))?.trim();
    const patient = given?.replace(/[\s_/\\]+/g, "-");
    if (!endings.includes(ending)) {
      problems.push(
        problem(
          pair.image,
          `found the ending '${ending}', expected tif, png or jpg; export the image as one of them`,
        ),
      );
    } else if (!given || !patient) {
      problems.push(
        problem(
          pair.image,
          "found no patient's code, expected one before an underscore, or by --patient, --patients or {patient}; correct the rule, or rename the file",
        ),
      );
    } else if ((codes.get(patient) ?? given) !== given) {
      problems.push(
        problem(
          pair.image,
          `found the patient '${given}', who would have the same code '${patient}' as '${codes.get(patient)}', expected different codes; change one of them`,
        ),
      );
    } else {
      codes.set(patient, given);
      const studyName = pair.name.startsWith(`${patient}_`) ? pair.name : `${patient}_${pair.name}`;
      named.push({
        ...pair,
        patient,
        studyName,
        imageFile: studyName + ending,
        maskFile: `${studyName}_mask.png`,
      });
    }
  }
  return { named: withoutClashes(named, existing, problems), problems };
}

/** What the study itself would not take for an image of this name. */
function withoutClashes(named: NamedPair[], existing: readonly string[], problems: Skipped[]): NamedPair[] {
  const files = new Set([...existing, ...named.flatMap(({ imageFile, maskFile }) => [imageFile, maskFile])]);
  const taken = pairImages([...files]);
  const images = new Set(taken.cases.map(({ image }) => image));
  const used = new Map<string, string>();
  return named.filter(({ image, imageFile, studyName }) => {
    const twin = used.get(studyName);
    used.set(studyName, image);
    if (twin === undefined && images.has(imageFile)) return true;
    const reason = taken.problems.find(({ file }) => file === imageFile)?.reason;
    const words =
      twin !== undefined
        ? `found that it would be called ${studyName} as ${twin} is, expected different names; rename one of them`
        : (reason?.replace(/\.$/, "") ??
          `found a name that ends as those of step 5's pictures do (${imageFile}), expected another one; rename the file`);
    problems.push(problem(image, words));
    return false;
  });
}
