import { copyFileSync, linkSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { cannotWrite, giveName, makeFolder, unfinishedPath } from "../foundation/index.js";
import type { Case } from "../study/index.js";

/** Puts images and their masks into a folder, and nothing else: links where the file system has them. */
export function takeImages(cases: readonly Case[], folder: string): void {
  makeFolder(folder);
  const wanted = new Map<string, string>();
  for (const { imagePath, maskPath } of cases)
    for (const path of [imagePath, maskPath]) if (path !== null) wanted.set(basename(path), path);
  for (const name of readdirSync(folder)) if (!wanted.has(name)) rmSync(join(folder, name));
  for (const [name, path] of wanted) {
    const place = join(folder, name);
    // An image that has changed is another file: its link would still lead to the old one.
    rmSync(place, { force: true });
    try {
      linkSync(path, place);
    } catch {
      const unfinished = unfinishedPath(place);
      try {
        copyFileSync(path, unfinished);
        giveName(unfinished, place);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw cannotWrite(place, error);
      }
    }
  }
}
