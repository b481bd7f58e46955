import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { HistobookError, writeWholeFile } from "../foundation/index.js";
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
  positions: z.object({ p: z.array(z.int()), e: z.array(z.int()), b: z.array(z.int()) }),
});

/**
 * An image's share of the tutorial's patient_struct: where each of its patches was cut.
 *
 * It is written after the image's patches, so that its presence says that they are whole.
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
  positions: Positions;
}

/** Reads an image's record; undefined when step 1 has not made it (or an older version did). */
export function readImageRecord(directory: string, name: string): ImageRecord | undefined {
  const path = recordPath(directory, name);
  if (!existsSync(path)) return undefined;
  try {
    const { positions, ...rest } = recordSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    return {
      ...rest,
      positions: {
        p: Uint32Array.from(positions.p),
        e: Uint32Array.from(positions.e),
        b: Uint32Array.from(positions.b),
      },
    };
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: path,
      found: "a file that can't be read",
      expected: "the positions that step 1 wrote",
      fix: "delete it and run 'histobook patches' again",
      cause: error,
    });
  }
}

/** Writes an image's record. */
export function writeImageRecord(directory: string, name: string, record: ImageRecord): void {
  const positions = Object.fromEntries(patchTypes.map((type) => [type, Array.from(record.positions[type])]));
  writeWholeFile(recordPath(directory, name), JSON.stringify({ ...record, positions }) + "\n");
}

/** One patch of an image: its file name and where it is cut. */
export interface PatchPlace {
  file: string;
  type: PatchType;
  position: number;
  rotation: number;
}

/**
 * All patches of an image in the tutorial's order: edge, background, positive; then by number and rotation.
 */
export function* patchPlaces(
  record: Pick<ImageRecord, "patient" | "imageNumber" | "rotations" | "positions">,
): Generator<PatchPlace> {
  const { patient, imageNumber } = record;
  for (const type of ["e", "b", "p"] as const) {
    const positions = record.positions[type];
    for (let i = 0; i < positions.length; i++) {
      for (const rotation of record.rotations) {
        const file = formatPatchName({
          patient,
          imageNumber,
          class: classOfType(type),
          type,
          number: i + 1,
          rotation,
        });
        yield { file, type, position: positions[i], rotation };
      }
    }
  }
}

function recordPath(directory: string, name: string): string {
  return join(directory, positionsFolder, `${name}.json`);
}
