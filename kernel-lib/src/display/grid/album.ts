import { existsSync } from "node:fs";
import { join } from "node:path";
import { readParentList } from "../../folds/index.js";
import { HistobookError } from "../../foundation/index.js";
import { readImageRecord, type ImageRecord } from "../../patches/index.js";
import {
  classOfType,
  formatPatchName,
  parentListName,
  readManifest,
  type Case,
  type Manifest,
  type PatchType,
  type Study,
} from "../../study/index.js";

/** The types in the order in which patches' names are sorted. */
export const typesByName = ["b", "e", "p"] as const satisfies readonly PatchType[];

/** An image with the places of its patches. */
export interface AlbumImage {
  one: Case;
  record: ImageRecord;
  /** The fold in which the patient is tested; null before step 2. */
  fold: number | null;
}

/**
 * All patches of some images in the order of their names: a patch's number is its index in every column. Names and pictures
 * are made of the columns when they are wanted, so that a million patches take a few megabytes.
 */
export interface PatchAlbum {
  length: number;
  parameters: NonNullable<Manifest["patches"]>["parameters"];
  /** Degrees, counter-clockwise. */
  rotations: readonly number[];
  images: readonly AlbumImage[];
  /** Index in `images`. */
  image: Uint16Array;
  /** Index in `typesByName`. */
  type: Uint8Array;
  /** Counts the positions of its type in the image from 1. */
  number: Uint32Array;
  /** Index in `rotations`. */
  rotation: Uint8Array;
}

/**
 * Lists the patches that step 1 cut of some of a study's images.
 *
 * @throws HistobookError `MissingStep` when there are none.
 */
export function openAlbum(study: Study, cases: readonly Case[]): PatchAlbum {
  const manifest = readManifest(study.directory);
  const folds = testFolds(study, manifest);
  const images = cases.flatMap((one): AlbumImage[] => {
    const record = readImageRecord(study.directory, one.name);
    return record ? [{ one, record, fold: folds.get(one.patient) ?? null }] : [];
  });
  if (!manifest.patches || images.length === 0) throw missingPatches(study);
  const { parameters } = manifest.patches;
  const rotations = [...new Set(images.flatMap(({ record }) => record.rotations))];
  return { parameters, rotations, images, ...columnsOf(images, rotations) };
}

function columnsOf(
  images: readonly AlbumImage[],
  rotations: readonly number[],
): Pick<PatchAlbum, "length" | "image" | "type" | "number" | "rotation"> {
  const length = images.reduce((sum, { record }) => sum + patchesOf(record), 0);
  const image = new Uint16Array(length);
  const type = new Uint8Array(length);
  const number = new Uint32Array(length);
  const rotation = new Uint8Array(length);
  let patch = 0;
  images.forEach(({ record }, imageIndex) => {
    typesByName.forEach((letter, typeIndex) => {
      for (let position = 0; position < record.positions[letter].length; position++) {
        for (const degrees of record.rotations) {
          image[patch] = imageIndex;
          type[patch] = typeIndex;
          number[patch] = position + 1;
          rotation[patch] = rotations.indexOf(degrees);
          patch++;
        }
      }
    });
  });
  return { length, image, type, number, rotation };
}

function patchesOf({ positions, rotations }: ImageRecord): number {
  return typesByName.reduce((sum, letter) => sum + positions[letter].length, 0) * rotations.length;
}

/** A patch's file name, e.g. `10256_1_0_e_1_90.png`. */
export function nameOf(album: PatchAlbum, patch: number): string {
  const { patient, imageNumber } = album.images[album.image[patch]].record;
  const type = typesByName[album.type[patch]];
  const number = album.number[patch];
  const rotation = album.rotations[album.rotation[patch]];
  return formatPatchName({ patient, imageNumber, class: classOfType(type), type, number, rotation });
}

/** Where a patch was cut: row * width + column of its labelled pixel, at the working scale. */
export function positionOf(album: PatchAlbum, patch: number): number {
  const { positions } = album.images[album.image[patch]].record;
  return positions[typesByName[album.type[patch]]][album.number[patch] - 1];
}

/** By patient, the fold in whose test list they stand; empty before step 2. */
function testFolds({ directory }: Study, { folds }: Manifest): Map<string, number> {
  const found = new Map<string, number>();
  for (let fold = 1; fold <= (folds?.parameters.folds ?? 0); fold++) {
    const path = join(directory, parentListName("test", folds?.size ?? 0, fold));
    if (!existsSync(path)) continue;
    for (const patient of readParentList(path)) found.set(patient, fold);
  }
  return found;
}

function missingPatches({ directory }: Study): HistobookError {
  return new HistobookError("MissingStep", {
    subject: directory,
    found: "no patches",
    expected: "the patches of step 1",
    fix: "run makePatches(study) first",
  });
}
