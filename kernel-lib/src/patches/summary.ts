import type { Manifest } from "../study/index.js";
import type { ImageRecord } from "./record.js";

/** The manifest's share of each image's record: all but the positions themselves. */
export type ManifestImages = NonNullable<Manifest["patches"]>["images"];

/** Sorted by name, so that the manifest does not depend on which worker finished first. */
export function manifestImages(records: Map<string, ImageRecord>): ManifestImages {
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([name, { key, patient, imageNumber, width, height, positions }]) => {
      const counts = { p: positions.p.length, e: positions.e.length, b: positions.b.length };
      return [name, { key, patient, imageNumber, width, height, positions: counts }];
    }),
  );
}

/** Patches by type: positions times rotations. */
export function countPatches(records: Iterable<ImageRecord>): {
  p: number;
  e: number;
  b: number;
  total: number;
} {
  const counts = { p: 0, e: 0, b: 0 };
  for (const { positions, rotations } of records) {
    counts.p += positions.p.length * rotations.length;
    counts.e += positions.e.length * rotations.length;
    counts.b += positions.b.length * rotations.length;
  }
  return { ...counts, total: counts.p + counts.e + counts.b };
}
