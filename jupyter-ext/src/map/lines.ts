/** Colours that stand out on H&E and on every colour map, each upon a dark casing. */
export const lineColours = { threshold: "#ffffff", mask: "#00e5ff", casing: "rgba(0, 0, 0, 0.75)" };

/**
 * Strokes a path given in the image's pixels with lines whose width does not depend on the zoom.
 *
 * @param scale device pixels for a pixel of the image
 */
export function strokeCased(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  scale: number,
  devicePixelRatio: number,
): void {
  context.save();
  context.scale(scale, scale);
  context.lineCap = "square";
  for (const [width, style] of [
    [3, lineColours.casing],
    [1.25, colour],
  ] as const) {
    context.lineWidth = (width * devicePixelRatio) / scale;
    context.strokeStyle = style;
    context.stroke(path);
  }
  context.restore();
}
