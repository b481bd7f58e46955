import { binaryTable, colourise, colourTable, type ColourMapName } from "./colours.js";
import { lineColours, strokeCased } from "./lines.js";
import { outlinePath } from "./outline-path.js";
import type { MapPlanes } from "./planes.js";
import { levelOf } from "./threshold.js";

/** How the threshold is drawn: as a line around what is above it, as the binary image, or not at all. */
export type ThresholdShape = "line" | "area" | "none";

/** All that decides how a probability map looks. */
export interface MapLook {
  /** Of the map over the image, [0,1]. */
  opacity: number;
  colourMap: ColourMapName;
  threshold: number;
  thresholdShape: ThresholdShape;
  maskOutline: boolean;
  /** Pixel on which the keyboard stands, or null. */
  marked: { x: number; y: number } | null;
}

/** Draws a probability map on a canvas; what has not changed since the last time is not computed again. */
export class MapPainter {
  private readonly overlay: OffscreenCanvas;
  private overlayKey = "";
  private thresholdPath: Path2D | undefined;
  private thresholdLevel = -1;
  private maskPath: Path2D | undefined;

  constructor(private readonly planes: MapPlanes) {
    this.overlay = new OffscreenCanvas(planes.width, planes.height);
  }

  /** Paints at `scale` device pixels for a pixel of the image; line widths are given for `devicePixelRatio`. */
  paint(canvas: HTMLCanvasElement, look: MapLook, scale: number, devicePixelRatio: number): void {
    const { width, height, image } = this.planes;
    const context = canvas.getContext("2d");
    if (context === null) {
      throw new Error("this browser gives no canvas to draw on");
    }
    resize(canvas, Math.round(width * scale), Math.round(height * scale));
    context.imageSmoothingEnabled = scale < 1;
    context.globalAlpha = 1;
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    if (look.opacity > 0) {
      this.refreshOverlay(look);
      context.globalAlpha = look.opacity;
      context.drawImage(this.overlay, 0, 0, canvas.width, canvas.height);
      context.globalAlpha = 1;
    }
    if (look.maskOutline && this.planes.mask !== null) {
      this.maskPath ??= outlinePath(this.planes.mask, width, height, 128);
      strokeCased(context, this.maskPath, lineColours.mask, scale, devicePixelRatio);
    }
    if (look.thresholdShape === "line") {
      strokeCased(
        context,
        this.pathAt(levelOf(look.threshold)),
        lineColours.threshold,
        scale,
        devicePixelRatio,
      );
    }
    if (look.marked !== null) {
      const frame = new Path2D();
      const reach = Math.max(1, (4 * devicePixelRatio) / scale); // To be seen in a reduced map, too.
      frame.rect(look.marked.x - reach, look.marked.y - reach, 2 * reach + 1, 2 * reach + 1);
      strokeCased(context, frame, lineColours.threshold, scale, devicePixelRatio);
    }
  }

  private refreshOverlay(look: MapLook): void {
    const level = look.thresholdShape === "area" ? levelOf(look.threshold) : null;
    const key = `${look.colourMap} ${level}`;
    if (key === this.overlayKey) {
      return;
    }
    const colours = colourTable(look.colourMap);
    const pixels = colourise(this.planes.probability, level === null ? colours : binaryTable(colours, level));
    this.overlay
      .getContext("2d")
      ?.putImageData(new ImageData(pixels, this.planes.width, this.planes.height), 0, 0);
    this.overlayKey = key;
  }

  private pathAt(level: number): Path2D {
    if (this.thresholdPath === undefined || this.thresholdLevel !== level) {
      this.thresholdPath = outlinePath(this.planes.probability, this.planes.width, this.planes.height, level);
      this.thresholdLevel = level;
    }
    return this.thresholdPath;
  }
}

/** Setting a canvas's size clears it and costs an allocation, so it is done only when the size changes. */
function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}
