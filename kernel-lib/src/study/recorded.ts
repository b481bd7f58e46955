import type { Manifest } from "./manifestContent.js";

/**
 * Where a fold's results were computed, when its network, or a map that is asked for or any of its maps, comes from a recording;
 * undefined when all was computed here.
 *
 * @param path of a map in the manifest; all of the fold's by default
 */
export function recordedIn({ models, maps }: Manifest, fold: number, path?: string): string | undefined {
  const ofMap = Object.entries(maps).find(
    ([name, map]) => map.fold === fold && map.recorded !== undefined && (path === undefined || name === path),
  );
  if (ofMap) return ofMap[1].recorded;
  const model = models[fold] as Manifest["models"][string] | undefined;
  return model?.recorded && `its network was ${model.recorded}`;
}
