import { patientOf } from "./names.js";

/** Bytes of an image's name without its ending: patches, maps and half-written files add up to 70, and file systems take 255. */
const longest = 180;

/** Control characters and those that can't be seen: a line break would become two lines of a list. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * What is wrong with an image's name, as the end of a sentence that begins with its path; undefined when nothing is.
 *
 * @param name without the ending
 * @param needPatient false where nobody is kept apart by patients (step 5)
 * @example
 * nameProblem("8918_00007", true); // => undefined
 * nameProblem("8918", true)?.slice(0, 32); // => "found no underscore in the name,"
 */
export function nameProblem(name: string, needPatient: boolean): string | undefined {
  if (unseen.test(name)) {
    return "found a character that can't be seen in the name, expected letters, digits and hyphens; rename the file.";
  }
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > longest) {
    return `found a name of ${bytes} bytes, expected at most ${longest}, since other files' names are made of it; rename the file.`;
  }
  if (!needPatient) return undefined;
  const patient = patientOf(name);
  if (patient === undefined) {
    const found = name.startsWith("_") ? "nothing before the underscore" : "no underscore";
    return `found ${found} in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.`;
  }
  if (patient !== patient.trim()) {
    return `found a blank at an end of the patient's code '${patient}', expected none, since lists are read without; rename the file.`;
  }
  return undefined;
}
