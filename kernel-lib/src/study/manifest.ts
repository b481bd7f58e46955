import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { HistobookError, messageOf, readTextFile, withLock, writeWholeFile } from "../foundation/index.js";
import { emptyManifest, type Manifest } from "./manifestContent.js";
import { checkManifest } from "./manifestSchema.js";

export type { Manifest } from "./manifestContent.js";

/** The file's name in the study folder. */
export const manifestName = "histobook.json";

/**
 * Reads a study's manifest; a study that has none yet gets an empty one.
 *
 * @throws HistobookError `BadInput` when the file is no manifest of this version.
 * @example
 * readManifest(await createSample("study")).scale; // => 1
 */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  if (!existsSync(path)) return structuredClone(emptyManifest);
  let data: unknown;
  try {
    data = JSON.parse(readTextFile(path));
  } catch (error) {
    throw unreadable(path, error instanceof SyntaxError ? "text that is not JSON" : messageOf(error), error);
  }
  const checked = checkManifest(data);
  if (checked.ok) return checked.payload;
  const [{ where, found, expected }] = checked.problems;
  throw unreadable(path, `'${where}': found ${found}, expected ${expected}`);
}

/** With its parts in the schema's order, so that the same content has the same bytes however often it was read and written. */
function inOrder(path: string, manifest: Manifest): Manifest {
  const checked = checkManifest(manifest);
  if (checked.ok) return checked.payload;
  const [{ where, found, expected }] = checked.problems;
  throw new Error(`${path}: '${where}' would be ${found}, and has to be ${expected}`);
}

function unreadable(path: string, detail: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "manifest",
    found: `a manifest that can't be read (${detail})`,
    expected: "a histobook manifest of version 1",
    fix: "restore the file, or move it away and run the steps again",
    cause,
  });
}

/**
 * Changes a study's manifest; two processes that do so at once wait for each other. Where nothing would change, nothing
 * is written.
 *
 * @param change may be called more than once, each time with a manifest of its own
 * @throws HistobookError `BadInput` when the file can't be read or written, `Locked`.
 * @example
 * const study = await createSample("study");
 * await updateManifest(study, (manifest) => ({ ...manifest, scale: 0.5 }));
 * readManifest(study).scale; // => 0.5
 */
export async function updateManifest(
  directory: string,
  change: (manifest: Manifest) => Manifest,
): Promise<void> {
  const path = join(directory, manifestName);
  const before = readManifest(directory);
  if (isDeepStrictEqual(change(structuredClone(before)), before)) return;
  await withLock(`${path}.lock`, ({ check }) => {
    const changed = inOrder(path, change(readManifest(directory)));
    check();
    writeWholeFile(path, JSON.stringify(changed, null, 1) + "\n");
  });
}
