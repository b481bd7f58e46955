import { binaryTable, colourise, colourTable, differenceTable, type ColourMapName } from "./colours.js";
import { differencePlane, thresholdPlane, type MapLayer } from "./layers.js";
import { lineColours, strokeCased } from "./lines.js";
import { Outliner } from "./outline-path.js";
import type { MapPlanes } from "./planes.js";
import { levelOf } from "./threshold.js";
import { seenRegion, type MapWindow } from "./window.js";

/** How the threshold is drawn: as a line around what is above it, as the binary image, or not at all. */
export type ThresholdShape = "line" | "area" | "none";

/** All that decides how a probability map looks. */
export interface MapLook {
  layer: MapLayer;
  /** Of the map over the image, [0,1]. */
  opacity: number;
  /** The map is drawn from this share of what is seen on, the image alone to the left of it. */
  swipe: number;
  colourMap: ColourMapName;
  threshold: number;
  thresholdShape: ThresholdShape;
  maskOutline: boolean;
  /** Pixel on which the keyboard stands, or null. */
  marked: { x: number; y: number } | null;
}

/** A canvas on the page or beside it, with its size in device pixels. */
type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** Draws a probability map on a canvas; what has not changed since the last time is not computed again. */
export class MapPainter {
  private readonly overlay: OffscreenCanvas;
  private overlayKey = "";
  private difference: Uint8Array | undefined;
  private readonly outlines = new Map<Uint8Array, Outliner>();

  constructor(private readonly planes: MapPlanes) {
    this.overlay = new OffscreenCanvas(planes.width, planes.height);
  }

  /** Paints what a window shows on a canvas of the given size; line widths are given for `devicePixelRatio`. */
  paint(
    canvas: Canvas,
    size: { width: number; height: number },
    look: MapLook,
    window: MapWindow,
    devicePixelRatio: number,
  ): void {
    const context = canvas.getContext("2d") as CanvasRenderingContext2D | null;
    if (context === null) throw new Error("this browser gives no canvas to draw on");
    resize(canvas, size);
    const { scale, x, y } = window;
    const { width, height, image, mask } = this.planes;
    const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
    context.setTransform(1, 0, 0, 1, -x, -y);
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(image, 0, 0, across, down);
    const divider = x + Math.round(look.swipe * size.width);
    context.save();
    if (look.swipe > 0) clipFrom(context, divider, across, down);
    if (look.opacity > 0) {
      this.refreshOverlay(look);
      context.globalAlpha = look.opacity;
      context.drawImage(this.overlay, 0, 0, across, down);
      context.globalAlpha = 1;
    }
    const stroke = (plane: Uint8Array, level: number, colour: string): void => {
      const region = seenRegion(this.planes, size, window);
      const { path, unit } = this.outlinerOf(plane).at(level, scale, region);
      strokeCased(context, path, colour, scale * unit, devicePixelRatio);
    };
    if (look.thresholdShape === "line") {
      stroke(thresholdPlane(this.planes, look.layer), levelOf(look.threshold), lineColours.threshold);
    }
    context.restore();
    if (look.maskOutline && mask !== null) stroke(mask, 128, lineColours.mask);
    if (look.swipe > 0) paintDivider(context, divider, down, devicePixelRatio);
    if (look.marked !== null) {
      const frame = new Path2D();
      const reach = Math.max(1, (4 * devicePixelRatio) / scale); // To be seen in a reduced map, too.
      frame.rect(look.marked.x - reach, look.marked.y - reach, 2 * reach + 1, 2 * reach + 1);
      strokeCased(context, frame, lineColours.threshold, scale, devicePixelRatio);
    }
  }

  private refreshOverlay({ layer, colourMap, threshold, thresholdShape }: MapLook): void {
    const binary = thresholdShape === "area" && layer !== "difference";
    const level = binary ? levelOf(threshold) : null;
    const key = `${layer} ${colourMap} ${level}`;
    if (key === this.overlayKey) return;
    const colours = layer === "difference" ? differenceTable() : colourTable(colourMap);
    const pixels = colourise(this.layerPlane(layer), level === null ? colours : binaryTable(colours, level));
    const { width, height } = this.planes;
    this.overlay.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    this.overlayKey = key;
  }

  private layerPlane(layer: MapLayer): Uint8Array {
    const { probability, other } = this.planes;
    if (layer !== "difference" || other === null) return thresholdPlane(this.planes, layer);
    return (this.difference ??= differencePlane(probability, other));
  }

  private outlinerOf(plane: Uint8Array): Outliner {
    const found = this.outlines.get(plane) ?? new Outliner(plane, this.planes.width, this.planes.height);
    this.outlines.set(plane, found);
    return found;
  }
}

/** Setting a canvas's size clears it and costs an allocation, so it is done only when the size changes. */
function resize(canvas: Canvas, { width, height }: { width: number; height: number }): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
}

/** Draws from a column on alone, until the context is restored. */
function clipFrom(context: CanvasRenderingContext2D, column: number, width: number, height: number): void {
  context.beginPath();
  context.rect(column, 0, width - column, height);
  context.clip();
}

function paintDivider(
  context: CanvasRenderingContext2D,
  column: number,
  height: number,
  thickness: number,
): void {
  context.fillStyle = lineColours.casing;
  context.fillRect(column - 2 * thickness, 0, 4 * thickness, height);
  context.fillStyle = lineColours.threshold;
  context.fillRect(column - thickness, 0, 2 * thickness, height);
}
