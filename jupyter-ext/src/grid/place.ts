import { outline } from "../map/outline.js";
import { lineColours } from "../map/painter.js";
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
  context.scale(scale, scale);
  const line = (path: Path2D, colour: string, thickness: number): void => {
    for (const [extra, style] of [
      [2, lineColours.casing],
      [0, colour],
    ] as const) {
      context.lineWidth = ((thickness + extra) * devicePixelRatio) / scale;
      context.strokeStyle = style;
      context.stroke(path);
    }
  };
  if (mask) line(pathOf(outline(mask, image.width, image.height, 128)), lineColours.mask, 1);
  const square = new Path2D();
  square.rect(-side / 2, -side / 2, side, side);
  context.translate(x, y);
  // Canvases turn clockwise.
  context.rotate((-rotation * Math.PI) / 180);
  line(square, lineColours.threshold, 2);
}

function pathOf(pieces: Int32Array): Path2D {
  const path = new Path2D();
  for (let at = 0; at < pieces.length; at += 4) {
    path.moveTo(pieces[at], pieces[at + 1]);
    path.lineTo(pieces[at + 2], pieces[at + 3]);
  }
  return path;
}
