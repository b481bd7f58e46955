import { join } from "node:path";
import { makeFolder, removeLeftovers, stopIfAborted, withWorkLock } from "../foundation/index.js";
import { updateManifest } from "../study/index.js";
import type { CheckedPair } from "./checkImport.js";
import { drawnMask, type AnnotationKind } from "./drawnMask.js";
import type { ImportOptions } from "./importOptions.js";
import type { ImportScale } from "./importScale.js";
import { imagePresence, maskPresence, putImage, putMask } from "./putFiles.js";

/**
 * Writes what was checked into the study: masks and images, and in the manifest their scale and where they come from.
 *
 * @throws HistobookError `Locked`, `BadInput` when it can't be written or another file has come there, `Interrupted`.
 */
export async function writeImport(
  home: string,
  pairs: readonly CheckedPair[],
  how: AnnotationKind,
  { scale }: ImportScale,
  options: ImportOptions,
): Promise<void> {
  const { source, link = false, report } = options;
  const images = join(home, "images");
  makeFolder(images);
  const about = { ...options, subject: `the images of ${home}`, step: "import" };
  await withWorkLock(join(home, "import.lock"), about, async (signal) => {
    removeLeftovers(images);
    await updateManifest(home, (manifest) => ({
      ...manifest,
      scale: scale ?? manifest.scale,
      source: source ?? manifest.source,
    }));
    for (const [done, pair] of pairs.entries()) {
      report?.({ event: "progress", step: "import", done, total: pairs.length, unit: "images" });
      stopIfAborted(signal, "import");
      // The image comes last: it is what the study goes by.
      if (pair.there.mask === "missing") {
        const mask = await drawnMask(pair.image, pair.annotation, how);
        // Whoever held the lock may have imported the same.
        if ((await maskPresence(images, pair, mask)) !== "same") await putMask(images, pair, mask);
      }
      if (pair.there.image === "missing" && (await imagePresence(images, pair)) !== "same")
        putImage(images, pair, link);
    }
    report?.({ event: "progress", step: "import", done: pairs.length, total: pairs.length, unit: "images" });
  });
}
