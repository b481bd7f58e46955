import { seenRegion, type MapWindow } from "./window.js";

/** What is seen of a plane, no finer than the screen shows it. */
export interface Sampled {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
  /** Where it is drawn on the canvas, in device pixels. */
  readonly place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/**
 * Takes what a window shows of a plane: the pixels themselves where they are at least a device pixel large, else the nearest
 * pixel for each device pixel. So the cost of drawing depends on the screen, and not on the map.
 */
export function sampleWindow(
  plane: Uint8Array,
  picture: { width: number; height: number },
  canvas: { width: number; height: number },
  window: MapWindow,
): Sampled {
  const { scale, x, y } = window;
  if (scale < 1) {
    const pixel = (start: number, length: number, most: number): Uint32Array =>
      Uint32Array.from({ length }, (_, n) => Math.min(Math.floor((start + n + 0.5) / scale), most - 1));
    const columns = pixel(x, canvas.width, picture.width);
    const rows = pixel(y, canvas.height, picture.height);
    return {
      ...canvas,
      values: pick(plane, picture.width, columns, rows),
      place: { x: 0, y: 0, ...canvas },
    };
  }
  const { left, top, right, bottom } = seenRegion(picture, canvas, window);
  const [width, height] = [right - left, bottom - top];
  const columns = Uint32Array.from({ length: width }, (_, n) => left + n);
  const rows = Uint32Array.from({ length: height }, (_, n) => top + n);
  return {
    width,
    height,
    values: pick(plane, picture.width, columns, rows),
    place: { x: left * scale - x, y: top * scale - y, width: width * scale, height: height * scale },
  };
}

function pick(plane: Uint8Array, width: number, columns: Uint32Array, rows: Uint32Array): Uint8Array {
  const values = new Uint8Array(columns.length * rows.length);
  let at = 0;
  for (const row of rows) {
    for (let n = 0; n < columns.length; n++) values[at++] = plane[row * width + columns[n]];
  }
  return values;
}
