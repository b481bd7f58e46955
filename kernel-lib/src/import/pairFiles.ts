import type { Skipped } from "../foundation/index.js";
import type { FoundFile } from "./findFiles.js";

/** An image and what somebody has drawn on it. */
export interface FilePair {
  /** What both files' names have in common. */
  name: string;
  /** Where a pattern says it. */
  patient: string | undefined;
  image: string;
  annotation: string;
}

/**
 * Pairs images and annotations whose names are the same, and, where both patterns say it, whose patients are.
 *
 * Every file that is left over is a problem, and so are two of one name.
 *
 * @param pattern of the annotations, to say what was looked for
 */
export function pairFiles(
  images: readonly FoundFile[],
  annotations: readonly FoundFile[],
  pattern: string,
): { pairs: FilePair[]; problems: Skipped[] } {
  const byPatient = pattern.includes("{patient}");
  const key = ({ name, patient }: FoundFile): string => (byPatient ? `${patient ?? ""}/${name}` : name);
  const problems: Skipped[] = [];
  const unique = (files: readonly FoundFile[], kind: string): Map<string, FoundFile | "several"> => {
    const known = new Map<string, FoundFile | "several">();
    const first = new Map<string, string>();
    for (const file of files) {
      const twin = first.get(key(file));
      known.set(key(file), twin === undefined ? file : "several");
      if (twin === undefined) first.set(key(file), file.path);
      else {
        const words = `found the name '${file.name}', which ${twin} has too, expected one ${kind} of a name`;
        problems.push(
          problem(file.path, `${words}; rename one of them, or let the pattern say {name} or {patient}`),
        );
      }
    }
    return known;
  };
  const known = unique(annotations, "annotation");
  const pairs: FilePair[] = [];
  for (const [at, image] of unique(images, "image")) {
    const annotation = known.get(at);
    known.delete(at);
    if (image === "several" || annotation === "several") continue;
    if (annotation) {
      const patient = image.patient ?? annotation.patient;
      pairs.push({ name: image.name, patient, image: image.path, annotation: annotation.path });
    } else {
      const words = `found no annotation, expected ${wanted(pattern, image)}`;
      problems.push(problem(image.path, `${words}; add it, or correct the patterns`));
    }
  }
  for (const file of known.values()) {
    if (file === "several") continue;
    const words = `found no image of the name '${file.name}', expected one`;
    problems.push(problem(file.path, `${words}; add it, or correct the patterns`));
  }
  return { pairs, problems };
}

/** A file that can't be used, in one sentence. */
export function problem(file: string, words: string): Skipped {
  return { file, reason: `${file}: ${words}.` };
}

function wanted(pattern: string, { name, patient }: FoundFile): string {
  if (!pattern.includes("{name}")) return `a file of the name '${name}' among '${pattern}'`;
  const filled = pattern.replaceAll("{name}", name).replaceAll("{patient}", patient ?? "{patient}");
  return `'${filled}'`;
}
