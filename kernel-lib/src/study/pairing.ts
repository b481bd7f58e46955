import type { HelpTopic } from "../foundation/helpTopics.js";
import { lookOf } from "./lookAlike.js";
import { nameProblem } from "./nameProblem.js";
import { patientOf } from "./names.js";

/** An image and its mask by their files' names. */
export interface PairedImage {
  /** The file's name without its ending, e.g. `8918_00007`. */
  name: string;
  patient: string;
  /** Counts the patient's images from 1, in the order of their file names. */
  imageNumber: number;
  image: string;
  mask: string | null;
}

/** A file that can't be used, and why, as the end of a sentence that begins with its path. */
export interface Unpaired {
  file: string;
  reason: string;
  /** Its section of docs/troubleshooting.md; default `names`. */
  topic?: HelpTopic;
}

const maskEnding = /_mask\.png$/i;
const imageEnding = /\.(tiff?|png|jpe?g)$/i;
const derivedEnding = /_(mask|class|prob|binary)\.[^.]+$/i;

function isImage(file: string): boolean {
  return imageEnding.test(file) && !derivedEnding.test(file) && !file.startsWith(".");
}

/** Pairs the images among a folder's files with their masks; pure, in the order of the files' names. */
export function pairImages(
  names: readonly string[],
  options: { needPatients?: boolean } = {},
): { cases: PairedImage[]; problems: Unpaired[] } {
  const { needPatients = true } = options;
  const files = [...names].sort();
  const masks = new Map(
    files.filter((file) => maskEnding.test(file)).map((file) => [file.replace(maskEnding, ""), file]),
  );
  const cases: PairedImage[] = [];
  const problems: Unpaired[] = [];
  const fileOfName = new Map<string, string>();
  const imagesOfPatient = new Map<string, number>();
  const refused = new Set<string>();
  const patientOfLook = new Map<string, string>();
  /** Who would be taken for two patients could train and test at once. */
  const looksLikeAnother = (patient: string): string | undefined => {
    const look = lookOf(patient);
    const other = patientOfLook.get(look) ?? patient;
    patientOfLook.set(look, other);
    return other === patient
      ? undefined
      : `found a patient's code that looks as that of other images and is written with other characters, expected one way of writing ${other}; rename the file.`;
  };
  for (const image of files.filter(isImage)) {
    const name = image.slice(0, image.lastIndexOf("."));
    const patient = patientOf(name) ?? name;
    const twin = fileOfName.get(name);
    const problem = nameProblem(name, needPatients) ?? (needPatients ? looksLikeAnother(patient) : undefined);
    if (problem !== undefined) {
      refused.add(name);
      problems.push({ file: image, reason: problem });
    } else if (twin !== undefined) {
      problems.push({
        file: image,
        reason: `found a second image of this name beside ${twin}, expected one; remove or rename one of them.`,
      });
    } else {
      fileOfName.set(name, image);
      const imageNumber = (imagesOfPatient.get(patient) ?? 0) + 1;
      imagesOfPatient.set(patient, imageNumber);
      cases.push({ name, patient, imageNumber, image, mask: masks.get(name) ?? null });
    }
  }
  for (const [name, file] of needPatients ? masks : []) {
    if (fileOfName.has(name) || refused.has(name) || patientOf(name) === undefined) continue;
    problems.push({
      file,
      reason: `found a mask alone, expected its image ${name}.tif (or png, jpg) beside it; add the image.`,
      topic: "masks",
    });
  }
  return { cases, problems };
}
