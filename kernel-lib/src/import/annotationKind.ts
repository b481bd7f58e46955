import { HistobookError, isHistobookError } from "../foundation/index.js";
import { readAnnotations } from "./annotations.js";
import type { AnnotationKind } from "./drawnMask.js";
import { positivePixels } from "./positiveClass.js";

/** Of the annotations that were not used. */
export interface PassedOver {
  /** Points and lines. */
  count: number;
  /** How many files have any. */
  files: number;
}

/**
 * Decides what of the annotations is class 1.
 *
 * Of GeoJSON without a choice: everything, if all areas are of one class or none has a class. What is chosen must be somewhere.
 *
 * @param paths of the annotations that have an image
 * @param classes as `--class` names them
 * @throws HistobookError `BadOption`.
 */
export function annotationKind(
  kind: AnnotationKind["kind"],
  paths: readonly string[],
  classes: readonly string[] | undefined,
): { how: AnnotationKind; passedOver: PassedOver } {
  const passedOver = { count: 0, files: 0 };
  if (kind === "masks") return { how: { kind, positive: classes && positivePixels(classes) }, passedOver };
  const counts = new Map<string | null, number>();
  for (const path of paths) {
    const annotations = readable(path);
    for (const { className } of annotations?.areas ?? []) {
      counts.set(className, (counts.get(className) ?? 0) + 1);
    }
    passedOver.count += annotations?.passedOver ?? 0;
    if (annotations?.passedOver) passedOver.files++;
  }
  const unknown = classes?.find((name) => !counts.has(name));
  if (unknown !== undefined && counts.size > 0) {
    throw new HistobookError("BadOption", {
      subject: "--class",
      found: `'${unknown}'`,
      expected: `one of the classes in the files: ${listed(counts)}`,
      fix: "write it as QuPath does",
    });
  }
  if (!classes && counts.size > 1) {
    throw new HistobookError("BadOption", {
      subject: "--class",
      found: `several classes in the files and none chosen (${listed(counts)})`,
      expected: "the name of the one that is class 1, or of several",
      fix: `say it, e.g. --class '${[...counts.keys()].find((name) => name !== null) ?? ""}'`,
    });
  }
  return { how: { kind, classes: classes && new Set(classes) }, passedOver };
}

/** What can't be read is a problem of its image, not of all. */
function readable(path: string): ReturnType<typeof readAnnotations> | undefined {
  try {
    return readAnnotations(path);
  } catch (error) {
    if (isHistobookError(error)) return undefined;
    throw error;
  }
}

function listed(counts: ReadonlyMap<string | null, number>): string {
  return [...counts].map(([name, count]) => `${name ?? "without a class"}: ${count}`).join(", ");
}
