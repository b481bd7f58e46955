import { element } from "./element.js";

/** A part of a picture on a canvas of its own, each pixel as a sharp square. */
export function spriteCanvas(
  picture: ImageBitmap,
  part: { x: number; y: number; width: number; height: number },
  zoom: number,
): HTMLCanvasElement {
  const { x, y, width, height } = part;
  const canvas = element("canvas", { width, height, className: "histobook-pixels" });
  canvas.getContext("2d")?.drawImage(picture, x, y, width, height, 0, 0, width, height);
  canvas.style.width = `${width * zoom}px`;
  return canvas;
}
