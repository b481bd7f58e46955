import { existsSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { HistobookError } from "../../foundation/index.js";
import { readProbabilityPicture } from "../../output/index.js";
import { pictureName, readManifest, type Study } from "../../study/index.js";
import { nameOf, positionOf, type PatchAlbum } from "./album.js";

/**
 * What a model says of the patches: its probability of epithelium [0,1] by the patch's file name, or `maps`, which takes the
 * pixel of each patch from step 5's probability maps.
 */
export type PatchPredictions = "maps" | ReadonlyMap<string, number> | { readonly [file: string]: number };

/** Predictions by the patches' numbers. */
export interface AlbumPredictions {
  /** Who predicted, as the end of "Predictions: ". */
  by: string;
  /** 255 times the probability of epithelium, rounded; -1 for a patch without one. */
  levels: Int16Array;
}

/**
 * Finds the predictions of an album's patches.
 *
 * @throws HistobookError `MissingStep` when there is no map of any of the images, `BadOption` when no name is a patch's or a
 * value is no probability.
 */
export function predictionsOf(
  study: Study,
  album: PatchAlbum,
  given: PatchPredictions | undefined,
): AlbumPredictions | null {
  if (given === undefined) return null;
  return given === "maps" ? fromMaps(study, album) : fromNames(album, given);
}

function fromNames(album: PatchAlbum, given: Exclude<PatchPredictions, "maps">): AlbumPredictions {
  const byName = given instanceof Map ? given : new Map(Object.entries(given));
  const levels = new Int16Array(album.length).fill(-1);
  let found = 0;
  for (let patch = 0; patch < album.length; patch++) {
    const value: unknown = byName.get(nameOf(album, patch));
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
      throw badPredictions(
        `${inspect(value)} for ${nameOf(album, patch)}`,
        "a probability between 0 and 1",
        "give the probability of epithelium of each patch",
      );
    }
    levels[patch] = Math.round(255 * value);
    found++;
  }
  if (found === 0) {
    throw badPredictions(
      `${byName.size} names, none of them a patch's`,
      `names such as ${nameOf(album, 0)}`,
      "name the patches as their files are named",
    );
  }
  return { by: "as given to showPatches()", levels };
}

function fromMaps({ directory }: Study, album: PatchAlbum): AlbumPredictions {
  const levels = new Int16Array(album.length).fill(-1);
  const paths = album.images.map(({ one }) => mapPath(directory, one.name));
  if (paths.every((path) => path === null)) {
    throw new HistobookError("MissingStep", {
      subject: directory,
      topic: "maps",
      found: "no probability map of these images",
      expected: "the maps that step 5 makes of test images",
      fix: "run output(study.directory) first, or leave predictions out",
    });
  }
  let patch = 0;
  paths.forEach((path, image) => {
    const map = path === null ? null : readProbabilityPicture(path);
    const { width, height } = album.images[image].record;
    if (map && (map.width !== width || map.height !== height)) {
      throw new HistobookError("BadInput", {
        subject: String(path),
        topic: "maps",
        found: `a map of ${map.width} x ${map.height} pixels`,
        expected: `the patches' working size, ${width} x ${height}`,
        fix: "run output(study.directory) again",
      });
    }
    for (; patch < album.length && album.image[patch] === image; patch++) {
      if (map) levels[patch] = map.levels[positionOf(album, patch)];
    }
  });
  return { by: "step 5's probability maps", levels };
}

function mapPath(directory: string, name: string): string | null {
  const made = Object.keys(readManifest(directory).maps).find((path) => path.split("/").at(-1) === name);
  const path = made && join(directory, made, "..", pictureName(name, "prob"));
  return path && existsSync(path) ? path : null;
}

function badPredictions(found: string, expected: string, fix: string): HistobookError {
  return new HistobookError("BadOption", { subject: "predictions", found, expected, fix });
}
