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

/** Every n-th pixel of every n-th row of a plane. */
export function thinned(plane: Uint8Array, width: number, height: number, n: number): Uint8Array {
  const [across, down] = [Math.ceil(width / n), Math.ceil(height / n)];
  const some = new Uint8Array(across * down);
  for (let y = 0, at = 0; y < down; y++) {
    for (let x = 0; x < across; x++) some[at++] = plane[y * n * width + x * n];
  }
  return some;
}

/**
 * One plane's outline, for what is seen of it and no finer than the screen shows it: so that a large map's line follows a
 * slider. The last one is kept.
 */
export class Outliner {
  private path = new Path2D();
  private key = "";
  private thin: Uint8Array;
  private n = 1;

  constructor(
    private readonly plane: Uint8Array,
    private readonly width: number,
    private readonly height: number,
  ) {
    this.thin = plane;
  }

  /**
   * The outline at a level, and how many pixels of the picture one of its units is.
   *
   * @param scale device pixels for a pixel of the picture
   */
  at(level: number, scale: number, region: Region): { path: Path2D; unit: number } {
    const n = scale >= 1 ? 1 : Math.ceil(1 / scale);
    const key = [level, n, region.left, region.top, region.right, region.bottom].join(" ");
    if (key !== this.key) {
      if (n !== this.n) this.thin = n === 1 ? this.plane : thinned(this.plane, this.width, this.height, n);
      const [width, height] = [Math.ceil(this.width / n), Math.ceil(this.height / n)];
      this.path = outlinePath(this.thin, width, height, level, {
        left: Math.floor(region.left / n),
        top: Math.floor(region.top / n),
        right: Math.min(width, Math.ceil(region.right / n)),
        bottom: Math.min(height, Math.ceil(region.bottom / n)),
      });
      this.key = key;
      this.n = n;
    }
    return { path: this.path, unit: n };
  }
}
