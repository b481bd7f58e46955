import { lineColours, strokeCased } from "../map/lines.js";
import { outlinePath } from "../map/outline-path.js";
import type { PatchSource } from "./source.js";

/** Draws the source image with the mask's outline and the patch's place on it. */
export function drawPlace(canvas: HTMLCanvasElement, source: PatchSource, width: number): void {
  const { image, mask, x, y, side, rotation } = source;
  const scale = (width * devicePixelRatio) / image.width;
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${canvas.height / devicePixelRatio}px`;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser gives no canvas to draw on");
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  if (mask) {
    const path = outlinePath(mask, image.width, image.height, 128);
    strokeCased(context, path, lineColours.mask, scale, devicePixelRatio);
  }
  const square = new Path2D();
  square.rect(-side / 2, -side / 2, side, side);
  const placed = new Path2D();
  // Canvases turn clockwise.
  placed.addPath(square, new DOMMatrix().translate(x, y).rotate(-rotation));
  strokeCased(context, placed, lineColours.threshold, scale, devicePixelRatio);
}
