import { binaryTable, colourTable, colourWords, differenceTable } from "./colours.js";
import { differencePlane, thresholdPlane, type MapLayer } from "./layers.js";
import { lineColours, strokeCased } from "./lines.js";
import type { MapLook } from "./look.js";
import { outlinePath } from "./outline-path.js";
import { PixelLayer } from "./pixel-layer.js";
import type { MapPlanes } from "./planes.js";
import { sampleWindow } from "./sampled.js";
import { levelOf } from "./threshold.js";
import type { MapWindow } from "./window.js";

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * What lies under the threshold's line: the image, the map over it and the mask's outline. It is painted anew only when one of
 * these changes, so that moving the line costs the line alone.
 */
export class MapGround {
  private readonly canvas = new OffscreenCanvas(1, 1);
  private readonly overlay = new PixelLayer();
  private key = "";
  private difference: Uint8Array | undefined;
  private maskPath: Path2D | undefined;

  constructor(private readonly planes: MapPlanes) {}

  /** The ground as a canvas of the given size. */
  at(size: Size, look: MapLook, window: MapWindow, devicePixelRatio: number): OffscreenCanvas {
    const binary = look.thresholdShape === "area" && look.layer !== "difference";
    const level = binary ? levelOf(look.threshold) : null;
    const { layer, opacity, swipe, colourMap, maskOutline } = look;
    const key = [
      ...[layer, opacity, swipe, colourMap, maskOutline, level, devicePixelRatio],
      ...[size.width, size.height, window.scale, window.x, window.y],
    ].join(" ");
    if (key !== this.key) {
      this.paint(size, look, level, window, devicePixelRatio);
      this.key = key;
    }
    return this.canvas;
  }

  private paint(
    size: Size,
    look: MapLook,
    level: number | null,
    window: MapWindow,
    devicePixelRatio: number,
  ): void {
    const { canvas, planes } = this;
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("this browser gives no canvas to draw on");
    const { scale, x, y } = window;
    const [across, down] = [Math.round(planes.width * scale), Math.round(planes.height * scale)];
    context.resetTransform();
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(planes.image, -x, -y, across, down);
    if (look.opacity > 0) {
      context.save();
      context.beginPath();
      context.rect(Math.round(look.swipe * size.width), 0, size.width, size.height);
      context.clip();
      context.globalAlpha = look.opacity;
      context.imageSmoothingEnabled = false;
      this.drawOverlay(context, size, look, level, window);
      context.restore();
    }
    if (look.maskOutline && planes.mask !== null) {
      this.maskPath ??= outlinePath(planes.mask, planes.width, planes.height, 128);
      context.setTransform(1, 0, 0, 1, -x, -y);
      strokeCased(context, this.maskPath, lineColours.mask, scale, devicePixelRatio);
    }
  }

  private drawOverlay(
    context: OffscreenCanvasRenderingContext2D,
    size: Size,
    { layer, colourMap }: MapLook,
    level: number | null,
    window: MapWindow,
  ): void {
    const colours = layer === "difference" ? differenceTable() : colourTable(colourMap);
    const words = colourWords(level === null ? colours : binaryTable(colours, level));
    const { width, height, values, place } = sampleWindow(this.plane(layer), this.planes, size, window);
    const drawn = this.overlay.draw(width, height, (pixels) => {
      for (let at = 0; at < values.length; at++) pixels[at] = words[values[at]];
    });
    context.drawImage(drawn, place.x, place.y, place.width, place.height);
  }

  private plane(layer: MapLayer): Uint8Array {
    const { probability, other } = this.planes;
    if (layer !== "difference" || other === null) return thresholdPlane(this.planes, layer);
    return (this.difference ??= differencePlane(probability, other));
  }
}
