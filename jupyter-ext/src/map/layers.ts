import type { MapPlanes } from "./planes.js";

/** Which map is shown where there are two: this one, the other one, or how much this one is above the other. */
export type MapLayer = "map" | "other" | "difference";

/**
 * How much one plane is above another, a byte a pixel: 128 where they are equal, more where the first is above (steps of 2/255
 * of probability).
 */
export function differencePlane(one: Uint8Array, other: Uint8Array): Uint8Array {
  const difference = new Uint8Array(one.length);
  for (let i = 0; i < one.length; i++) difference[i] = 128 + Math.trunc((one[i] - other[i]) / 2);
  return difference;
}

/** The probabilities whose threshold is looked at: the other map's when that is shown, else this one's. */
export function thresholdPlane(
  { probability, other }: Pick<MapPlanes, "probability" | "other">,
  layer: MapLayer,
): Uint8Array {
  return layer === "other" && other !== null ? other : probability;
}
