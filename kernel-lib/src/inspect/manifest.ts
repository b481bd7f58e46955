import { readManifest, type Manifest } from "../study/index.js";
import type { Inspection } from "./inspection.js";

/** What a study's manifest holds: which steps are done. */
export function inspectManifest(directory: string): Inspection {
  const manifest = readManifest(directory);
  const { patches, folds, databases, models, maps, scale } = manifest;
  return {
    kind: "manifest",
    data: { manifest },
    lines: [
      `Study at scale ${scale ?? "0.5 (not chosen yet)"}.`,
      patches
        ? `Step 1: patches from ${Object.keys(patches.images).length} images${byRule(patches)}.`
        : "Step 1: not done.",
      folds ? `Step 2: ${folds.parameters.folds} folds.` : "Step 2: not done.",
      `Step 3: databases of ${Object.keys(databases).length} folds.`,
      `Step 4: models of ${Object.keys(models).length} folds.`,
      `Step 5: maps of ${Object.keys(maps).length} images.`,
    ],
    warnings: [],
  };
}

function byRule({ parameters }: NonNullable<Manifest["patches"]>): string {
  return parameters.regions ? ` by the region rule '${parameters.regions.name}'` : "";
}
