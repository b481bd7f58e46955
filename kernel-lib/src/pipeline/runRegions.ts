import { resolve } from "node:path";
import { HistobookError } from "../foundation/index.js";
import type { PatchOptions } from "../patches/index.js";
import { readManifest, type Study } from "../study/index.js";

/** By which rule step 1 of a run chooses patches. */
export type RegionOptions = Pick<PatchOptions, "regions" | "regionSettings">;

/**
 * The region rule of a run: the one that was given, or else the one by which the study's patches were made; a run must not put
 * the tutorial's in the place of a reader's own without being told.
 */
export function runRegions({ directory }: Study, { regions, regionSettings }: RegionOptions): RegionOptions {
  if (regions !== undefined || regionSettings !== undefined) return { regions, regionSettings };
  return { regions: readManifest(directory).patches?.parameters.regions };
}

/**
 * The region rule of a run as a command's option: on another machine a module alone can be found.
 *
 * @throws HistobookError `BadOption` for a rule that is no module.
 */
export function regionsModule(study: Study, options: RegionOptions): string | undefined {
  const { regions, regionSettings } = runRegions(study, options);
  if (typeof regions === "string" && regionSettings === undefined) return resolve(regions);
  if (regions === undefined && regionSettings === undefined) return undefined;
  const rule = typeof regions === "object" || typeof regions === "function" ? `'${regions.name}'` : "";
  throw new HistobookError("BadOption", {
    subject: "--regions",
    found: regionSettings ? "settings" : `the rule ${rule}, which no other machine knows`,
    expected: "on a cluster, the path of a module that needs no settings",
    fix: "write the rule into a file, see docs/how-to/nuclei.md",
  });
}
