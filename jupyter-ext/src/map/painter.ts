import { MapGround } from "./ground.js";
import { thresholdPlane } from "./layers.js";
import { lineColours, strokeCased } from "./lines.js";
import type { MapLook } from "./look.js";
import type { MapPlanes } from "./planes.js";
import { levelOf } from "./threshold.js";
import { ThresholdLine } from "./threshold-line.js";
import type { MapWindow } from "./window.js";

/** A canvas on the page or beside it, with its size in device pixels. */
type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** Draws a probability map on a canvas; what has not changed since the last time is not computed again. */
export class MapPainter {
  private readonly ground: MapGround;
  private readonly line: ThresholdLine;

  constructor(private readonly planes: MapPlanes) {
    this.ground = new MapGround(planes);
    this.line = new ThresholdLine(planes);
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
    // Setting a canvas's size clears it and costs an allocation.
    if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
    context.resetTransform();
    context.drawImage(this.ground.at(size, look, window, devicePixelRatio), 0, 0);
    const divider = Math.round(look.swipe * size.width);
    if (look.thresholdShape === "line") {
      context.save();
      context.beginPath();
      context.rect(divider, 0, size.width, size.height);
      context.clip();
      const plane = thresholdPlane(this.planes, look.layer);
      this.line.draw(context, plane, levelOf(look.threshold), size, window, devicePixelRatio);
      context.restore();
    }
    if (look.swipe > 0) paintDivider(context, divider, size.height, devicePixelRatio);
    if (look.marked !== null) {
      const { scale, x, y } = window;
      const frame = new Path2D();
      const reach = Math.max(1, (4 * devicePixelRatio) / scale); // To be seen in a reduced map, too.
      frame.rect(look.marked.x - reach, look.marked.y - reach, 2 * reach + 1, 2 * reach + 1);
      context.setTransform(1, 0, 0, 1, -x, -y);
      strokeCased(context, frame, lineColours.threshold, scale, devicePixelRatio);
    }
  }
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
