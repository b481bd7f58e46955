import { readManifest, type Study } from "../study/index.js";
import type { Html } from "./html.js";
import { note } from "./parts.js";

/** The line that must stand wherever a study's images are shown: where they come from, and their licence. */
export function sourceOf(study: Pick<Study, "directory">): string | null {
  return readManifest(study.directory).source;
}

/** That line as markup: nothing for a study of the reader's own images. */
export function sourceNote(study: Pick<Study, "directory">): Html[] {
  const source = sourceOf(study);
  return source === null ? [] : [note(source)];
}

/** That line as text, on a line of its own. */
export function sourceText(study: Pick<Study, "directory">): string {
  const source = sourceOf(study);
  return source === null ? "" : `\n${source}`;
}
