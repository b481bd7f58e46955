import type { MapPlanes } from "./planes.js";

/** A pixel: column and row, from 0 at the top left. */
export interface Pixel {
  x: number;
  y: number;
}

/** The pixel at a share [0,1] of the picture's width and height, never outside of it. */
export function pixelAt(size: { width: number; height: number }, across: number, down: number): Pixel {
  return {
    x: within(Math.floor(across * size.width), size.width),
    y: within(Math.floor(down * size.height), size.height),
  };
}

/** Where an arrow key leads from a pixel (ten pixels with Shift), or null for any other key. */
export function step(
  size: { width: number; height: number },
  from: Pixel,
  key: string,
  shift: boolean,
): Pixel | null {
  const direction = directions.get(key);
  if (direction === undefined) {
    return null;
  }
  const far = shift ? 10 : 1;
  return {
    x: within(from.x + direction[0] * far, size.width),
    y: within(from.y + direction[1] * far, size.height),
  };
}

/** What stands at a pixel, in one line. */
export function readOut(planes: Omit<MapPlanes, "image">, { x, y }: Pixel): string {
  const index = y * planes.width + x;
  const probability = (planes.probability[index] / 255).toFixed(3);
  const mask =
    planes.mask === null ? "no mask" : planes.mask[index] >= 128 ? "mask: epithelium" : "mask: other tissue";
  const other = planes.other === null ? "" : `, the other map ${(planes.other[index] / 255).toFixed(3)}`;
  return `x ${x}, y ${y} · probability ${probability}${other} · ${mask}`;
}

const directions: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ArrowLeft", [-1, 0]],
  ["ArrowRight", [1, 0]],
  ["ArrowUp", [0, -1]],
  ["ArrowDown", [0, 1]],
]);

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}
