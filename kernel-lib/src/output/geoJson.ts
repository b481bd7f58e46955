import { writeWholeFile } from "../foundation/index.js";
import type { Polygon } from "./contours.js";

/** What the file's regions are called in QuPath, and their colour there. */
const classification = { name: "Epithelium", color: [0, 158, 115] };

/**
 * Writes regions as GeoJSON that QuPath opens (Objects > Import): an annotation each, of the class Epithelium.
 *
 * @param scale pixels of the image file per pixel of the map, across and down: the file's coordinates are the image's own
 */
export function writeGeoJson(
  path: string,
  polygons: readonly Polygon[],
  scale: readonly [x: number, y: number],
): void {
  const features = polygons.map((polygon) => ({
    type: "Feature",
    geometry: {
      type: "Polygon",
      coordinates: polygon.map((line) =>
        line.map(([x, y]) => [hundredths(x * scale[0]), hundredths(y * scale[1])]),
      ),
    },
    properties: { objectType: "annotation", classification },
  }));
  writeWholeFile(path, `${JSON.stringify({ type: "FeatureCollection", features })}\n`);
}

/** No eye sees less. */
function hundredths(value: number): number {
  return Math.round(100 * value) / 100;
}
