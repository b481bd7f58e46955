import { outline } from "./outline.js";
import type { Region } from "./window.js";

/** The border between the pixels that have at least `level` and the rest, as a path to stroke. */
export function outlinePath(
  plane: Uint8Array,
  width: number,
  height: number,
  level: number,
  region?: Region,
): Path2D {
  const pieces = outline(plane, width, height, level, region);
  const path = new Path2D();
  for (let at = 0; at < pieces.length; at += 4) {
    path.moveTo(pieces[at], pieces[at + 1]);
    path.lineTo(pieces[at + 2], pieces[at + 3]);
  }
  return path;
}
