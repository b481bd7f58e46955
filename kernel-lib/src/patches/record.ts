import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { HistobookError, makeFolder, writeWholeFile } from "../foundation/index.js";
import { classOfType, formatPatchName, type PatchType } from "../study/index.js";
import { patchTypes, type Positions } from "./positions.js";

/** The folder, inside the study, of one file an image. */
export const positionsFolder = "positions";

const recordSchema = z.object({
  key: z.string(),
  patient: z.string(),
  imageNumber: z.int(),
  width: z.int(),
  height: z.int(),
  rotations: z.array(z.int()),
  empty: z.nullable(z.enum(["mask", "white", "rule"])),
  positions: z.object({ p: z.array(z.int()), e: z.array(z.int()), b: z.array(z.int()) }),
});

/**
 * An image's share of the tutorial's patient_struct: where each of its patches was cut.
 *
 * It is removed before an image's patches are changed and written after them, so that its presence says that
 * they are whole.
 */
export interface ImageRecord {
  /** Fingerprint of the image, its mask and the parameters. */
  key: string;
  patient: string;
  imageNumber: number;
  /** Working size in pixels. */
  width: number;
  height: number;
  rotations: number[];
  /** Why there is no patch: the mask marks nothing, or only white, or the reader's rule allows none; null when there are patches. */
  empty: "mask" | "white" | "rule" | null;
  positions: Positions;
}

/**
 * Reads an image's record; undefined when step 1 has not made it.
 *
 * @param directory the study folder
 * @param name the image's, e.g. `8918_00007`
 * @throws HistobookError `BadInput` when the file is no record of this version.
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * readImageRecord("study", "GT2012154_1001")?.positions.p.length; // => 10
 */
export function readImageRecord(directory: string, name: string): ImageRecord | undefined {
  const path = recordPath(directory, name);
  if (!existsSync(path)) return undefined;
  try {
    const { positions, ...rest } = recordSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    const { p, e, b } = positions;
    return {
      ...rest,
      positions: { p: Uint32Array.from(p), e: Uint32Array.from(e), b: Uint32Array.from(b) },
    };
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: path,
      topic: "manifest",
      found: "a file that can't be read",
      expected: "the positions that step 1 wrote",
      fix: "run 'histobook patches' again",
      cause: error,
    });
  }
}

/** Writes an image's record. */
export function writeImageRecord(directory: string, name: string, record: ImageRecord): void {
  const positions = Object.fromEntries(patchTypes.map((type) => [type, Array.from(record.positions[type])]));
  writeWholeFile(recordPath(directory, name), JSON.stringify({ ...record, positions }) + "\n");
}

/** Removes an image's record: nothing is claimed any more of its patches. */
export function removeImageRecord(directory: string, name: string): void {
  rmSync(recordPath(directory, name), { force: true });
}

/**
 * Copies images' records into another study that holds the same images, where step 1 then needs not choose the places of their patches
 * again.
 *
 * @param names of the images; those without a record are passed over
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10 });
 * await createSample("other");
 * copyImageRecords("study", "other", ["GT2012154_1001"]);
 * readImageRecord("other", "GT2012154_1001")?.positions.p.length; // => 10
 */
export function copyImageRecords(from: string, to: string, names: readonly string[]): void {
  makeFolder(join(to, positionsFolder));
  for (const name of names) {
    const record = readImageRecord(from, name);
    if (record) writeImageRecord(to, name, record);
  }
}

/** The names of the images that have a record. */
export function recordedImages(directory: string): string[] {
  const files = readdirSync(join(directory, positionsFolder));
  return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
}

/** One patch of an image: its file name and where it is cut. */
export interface PatchPlace {
  file: string;
  type: PatchType;
  /** row * width + column at the working scale. */
  position: number;
  /** Degrees, counter-clockwise. */
  rotation: number;
}

/**
 * All patches of an image in the tutorial's order: edge, background, positive; then by number and rotation.
 *
 * @example
 * const none = new Uint32Array();
 * const positions = { e: Uint32Array.of(5), b: none, p: none };
 * [...patchPlaces({ patient: "8918", imageNumber: 1, rotations: [90], positions })];
 * // => [{ file: "8918_1_0_e_1_90.png", type: "e", position: 5, rotation: 90 }]
 */
export function* patchPlaces(
  record: Pick<ImageRecord, "patient" | "imageNumber" | "rotations" | "positions">,
): Generator<PatchPlace> {
  const { patient, imageNumber } = record;
  for (const type of ["e", "b", "p"] as const) {
    const positions = record.positions[type];
    for (let i = 0; i < positions.length; i++) {
      for (const rotation of record.rotations) {
        const name = { patient, imageNumber, class: classOfType(type), type, number: i + 1, rotation };
        yield { file: formatPatchName(name), type, position: positions[i], rotation };
      }
    }
  }
}

/**
 * How many patches an image has: its positions times the rotations.
 *
 * @example
 * const one = Uint32Array.of(5);
 * patchCount({ rotations: [0, 90], positions: { p: one, e: one, b: one } }); // => 6
 */
export function patchCount(record: Pick<ImageRecord, "rotations" | "positions">): number {
  const { p, e, b } = record.positions;
  return (p.length + e.length + b.length) * record.rotations.length;
}

function recordPath(directory: string, name: string): string {
  return join(directory, positionsFolder, `${name}.json`);
}
