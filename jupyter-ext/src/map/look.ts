import type { ColourMapName } from "./colours.js";
import type { MapLayer } from "./layers.js";

/** How the threshold is drawn: as a line around what is above it, as the binary image, or not at all. */
export type ThresholdShape = "line" | "area" | "none";

/** All that decides how a probability map looks. */
export interface MapLook {
  layer: MapLayer;
  /** Of the map over the image, [0,1]. */
  opacity: number;
  /** The map is drawn from this share of what is seen on, the image alone to the left of it. */
  swipe: number;
  colourMap: ColourMapName;
  threshold: number;
  thresholdShape: ThresholdShape;
  maskOutline: boolean;
  /** Pixel on which the keyboard stands, or null. */
  marked: { x: number; y: number } | null;
}
