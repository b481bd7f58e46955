import { patchColours } from "../patch-colours.js";
import { cornerOf, visiblePlaces, type GridLayout } from "./layout.js";
import type { GridModel } from "./model.js";
import { needsPredictions } from "./sort.js";
import { patchTypes } from "./table.js";
import type { TileSheets } from "./tiles.js";

/** Of the stripe below a patch that shows its type, in CSS pixels. */
const stripe = 3;

/** What of a grid is painted. */
export interface GridWindow {
  /** Scroll position, width and height in CSS pixels. */
  top: number;
  width: number;
  height: number;
  /** Whether the cursor's frame is drawn. */
  focused: boolean;
}

/** CSS colours of the theme. */
export interface GridColours {
  empty: string;
  mark: string;
  ground: string;
}

/**
 * Paints the tiles that are seen, and no others.
 *
 * @param side of a tile in its sheet (pixels)
 * @returns the numbers of the patches that are seen and whose pictures are not here
 */
export function paintGrid(
  canvas: HTMLCanvasElement,
  { model, sheets, layout, side }: { model: GridModel; sheets: TileSheets; layout: GridLayout; side: number },
  { top, width, height, focused }: GridWindow,
  colours: GridColours,
): number[] {
  const ratio = devicePixelRatio;
  const [pixelsAcross, pixelsDown] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelsAcross || canvas.height !== pixelsDown) {
    canvas.width = pixelsAcross;
    canvas.height = pixelsDown;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser gives no canvas to draw on");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = layout.side % side !== 0;
  const missing: number[] = [];
  const [first, end] = visiblePlaces(layout, top, height);
  for (let place = first; place < end; place++) {
    const row = model.shown[place];
    const patch = model.table.patch[row];
    const { x, y } = cornerOf(layout, place);
    const tile = sheets.find(patch);
    if (tile) {
      context.drawImage(tile.sheet, tile.x, tile.y, side, side, x, y - top, layout.side, layout.side);
    } else {
      missing.push(patch);
      context.fillStyle = colours.empty;
      context.fillRect(x, y - top, layout.side, layout.side);
    }
    context.fillStyle = patchColours[patchTypes[model.table.type[row]]];
    context.fillRect(x, y - top + layout.side - stripe, layout.side, stripe);
    if (needsPredictions(model.order)) {
      paintLevel(context, model.table.probability?.[row] ?? -1, x, y - top, layout.side);
    }
    if (model.selected.has(patch)) paintSelection(context, x, y - top, layout.side, colours);
    if (focused && place === model.cursor) frame(context, x, y - top, layout.side, 2, colours);
  }
  return missing;
}

/** The predicted probability, in the corner. */
function paintLevel(
  context: CanvasRenderingContext2D,
  level: number,
  x: number,
  y: number,
  side: number,
): void {
  if (level < 0 || side < 32) return;
  context.font = "10px sans-serif";
  context.textBaseline = "top";
  context.fillStyle = "rgba(0, 0, 0, 0.7)";
  context.fillRect(x, y, 26, 13);
  context.fillStyle = "#ffffff";
  context.fillText((level / 255).toFixed(2), x + 3, y + 2);
}

/** A frame and a tick in the corner. */
function paintSelection(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  side: number,
  colours: GridColours,
): void {
  frame(context, x, y, side, 0, colours);
  const tick = Math.min(16, side / 2);
  context.fillStyle = colours.mark;
  context.fillRect(x + side - tick, y, tick, tick);
  context.strokeStyle = colours.ground;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x + side - tick * 0.8, y + tick * 0.5);
  context.lineTo(x + side - tick * 0.55, y + tick * 0.75);
  context.lineTo(x + side - tick * 0.2, y + tick * 0.25);
  context.stroke();
}

/** A frame in the theme's colour with the ground's inside, so that it is seen on any stain. */
function frame(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  side: number,
  outside: number,
  colours: GridColours,
): void {
  context.lineWidth = 2;
  context.strokeStyle = colours.ground;
  context.strokeRect(x + 2 - outside, y + 2 - outside, side - 4 + 2 * outside, side - 4 + 2 * outside);
  context.strokeStyle = colours.mark;
  context.strokeRect(x + 0.5 - outside, y + 0.5 - outside, side - 1 + 2 * outside, side - 1 + 2 * outside);
}
