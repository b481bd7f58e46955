import * as z from "zod/mini";
import { checkAgainst } from "../foundation/check.js";
import { HistobookError, messageOf, readTextFile } from "../foundation/index.js";
import type { Area } from "./rasterise.js";

/** An area that somebody has drawn. */
export interface AnnotatedArea {
  /** QuPath's class, e.g. `Tumor` or `Tumor: Positive`; null where it has none. */
  className: string | null;
  area: Area;
}

/** What a GeoJSON file holds. */
export interface Annotations {
  areas: AnnotatedArea[];
  /** Points and lines, which have no area. */
  passedOver: number;
}

const ring = z.array(z.array(z.number()).check(z.minLength(2)));
const polygon = z.array(ring);
const geometrySchema = z.union([
  z.object({ type: z.literal("Polygon"), coordinates: polygon }),
  z.object({ type: z.literal("MultiPolygon"), coordinates: z.array(polygon) }),
  z.object({ type: z.literal("GeometryCollection"), geometries: z.array(z.unknown()) }),
  z.object({ type: z.enum(["Point", "MultiPoint", "LineString", "MultiLineString"]) }),
]);
const classificationSchema = z.object({
  name: z.optional(z.string()),
  names: z.optional(z.array(z.string())),
});
const featureSchema = z.object({
  type: z.literal("Feature"),
  geometry: z.nullable(z.unknown()),
  properties: z.optional(
    z.nullable(
      z.object({
        classification: z.optional(z.nullable(z.union([z.string(), classificationSchema]))),
      }),
    ),
  ),
});

/**
 * Reads the areas of a GeoJSON file as QuPath exports them: a FeatureCollection, a list of features or one feature; polygons,
 * also with holes, several polygons in one, and collections of them.
 *
 * @throws HistobookError `BadInput` when it is no GeoJSON.
 */
export function readAnnotations(path: string): Annotations {
  let data: unknown;
  try {
    data = JSON.parse(readTextFile(path));
  } catch (error) {
    throw notGeoJson(path, `a file that can't be read (${messageOf(error)})`, error);
  }
  const annotations: Annotations = { areas: [], passedOver: 0 };
  for (const [index, item] of featuresOf(data).entries()) {
    const feature = checked(path, `feature ${index + 1}`, featureSchema, item);
    const className = classNameOf(feature.properties?.classification);
    if (feature.geometry !== null) addGeometry(path, index, feature.geometry, className, annotations);
  }
  return annotations;
}

function featuresOf(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data as unknown[];
  const { features } = (data ?? {}) as { features?: unknown };
  return Array.isArray(features) ? (features as unknown[]) : [data];
}

function addGeometry(
  path: string,
  index: number,
  data: unknown,
  className: string | null,
  annotations: Annotations,
): void {
  const geometry = checked(path, `feature ${index + 1}`, geometrySchema, data);
  if (geometry.type === "GeometryCollection") {
    for (const part of geometry.geometries) addGeometry(path, index, part, className, annotations);
  } else if (geometry.type === "Polygon" || geometry.type === "MultiPolygon") {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    // Somebody may have cut everything away from an annotation.
    const drawn = polygons.filter((rings) => rings.some((points) => points.length > 0));
    annotations.areas.push(...drawn.map((area) => ({ className, area: area as unknown as Area })));
  } else {
    annotations.passedOver++;
  }
}

/** QuPath has written a class in three ways over the years. */
function classNameOf(
  classification: string | { name?: string; names?: string[] } | null | undefined,
): string | null {
  if (typeof classification === "string") return classification;
  return classification?.name ?? classification?.names?.join(": ") ?? null;
}

function checked<Data>(path: string, where: string, schema: z.ZodMiniType<Data>, data: unknown): Data {
  const result = checkAgainst(schema, data, where);
  if (result.ok) return result.payload;
  const [problem] = result.problems;
  const place = problem.where === where ? where : `${where}, ${problem.where}`;
  throw notGeoJson(path, `${problem.found} at ${place} where ${problem.expected} should be`);
}

function notGeoJson(path: string, found: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "annotations",
    found,
    expected: "GeoJSON as QuPath exports it (File > Export objects as GeoJSON)",
    fix: "export it again",
    cause,
  });
}
