import { lineColours, strokeCased } from "./lines.js";
import { outlinePath } from "./outline-path.js";
import { PixelLayer } from "./pixel-layer.js";
import { drawRasterLine } from "./raster-line.js";
import { sampleWindow, type Sampled } from "./sampled.js";
import { seenRegion, type MapWindow } from "./window.js";

/**
 * Draws the line round what is at or above a level of a plane: along the pixels' edges where they are larger than the
 * screen's, else pixel by pixel, so that the line of a large map follows a slider.
 */
export class ThresholdLine {
  private readonly layer = new PixelLayer();
  private sampled: Sampled | undefined;
  private sampledKey = "";
  private sampledPlane: Uint8Array | undefined;

  constructor(private readonly picture: { readonly width: number; readonly height: number }) {}

  /** Draws in the canvas's own pixels, whatever the context's transformation. */
  draw(
    context: CanvasRenderingContext2D,
    plane: Uint8Array,
    level: number,
    canvas: { width: number; height: number },
    window: MapWindow,
    devicePixelRatio: number,
  ): void {
    const { scale, x, y } = window;
    if (scale > 1) {
      const { width, height } = this.picture;
      const path = outlinePath(plane, width, height, level, seenRegion(this.picture, canvas, window));
      context.setTransform(1, 0, 0, 1, -x, -y);
      strokeCased(context, path, lineColours.threshold, scale, devicePixelRatio);
      context.resetTransform();
      return;
    }
    const { values, width, height, place } = this.sample(plane, canvas, window);
    const drawn = this.layer.draw(width, height, (pixels) =>
      drawRasterLine(values, width, height, level, pixels),
    );
    context.resetTransform();
    context.drawImage(drawn, place.x, place.y);
  }

  private sample(plane: Uint8Array, canvas: { width: number; height: number }, window: MapWindow): Sampled {
    const key = [window.scale, window.x, window.y, canvas.width, canvas.height].join(" ");
    if (!this.sampled || key !== this.sampledKey || plane !== this.sampledPlane) {
      this.sampled = sampleWindow(plane, this.picture, canvas, window);
      this.sampledKey = key;
      this.sampledPlane = plane;
    }
    return this.sampled;
  }
}
