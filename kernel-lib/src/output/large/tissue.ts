import { dilate, whitePixels } from "../../patches/index.js";
import type { Raster, Region } from "../../study/index.js";

/** Side of the squares of which each is tissue or not, in working pixels. */
const cellSide = 8;

/** Above this share of full grey a square is white, as in step 1. */
const white = 0.8;

/** How far round a tile one must look to know its tissue, in working pixels. */
export function tissueMargin(patchSize: number): number {
  return (Math.ceil(patchSize / cellSide) + 1) * cellSide;
}

/**
 * Tells where there is tissue: squares of 8 pixels whose average is not white (grey above 0.8), and all within a patch's side of
 * them. The squares lie where they lie in the whole image, so that tiles agree.
 *
 * @param image a part of the image at the working scale, with at least `tissueMargin` round the tile where the image has it
 * @param place where the part's upper left pixel lies in the image
 * @param tile whose pixels are asked for, in pixels of the image
 * @param patchSize the network's, in pixels
 * @returns one byte a pixel of the tile, 1 where there is tissue
 */
export function tissueOf(
  image: Raster,
  place: { left: number; top: number },
  tile: Region,
  patchSize: number,
): Uint8Array {
  const cells = averageCells(image, place);
  const isWhite = whitePixels(cells, white);
  const steps = Math.ceil(patchSize / cellSide);
  const near = dilate(
    isWhite.map((value) => value ^ 1),
    cells.width,
    cells.height,
    steps,
  );
  const [firstRow, firstColumn] = [Math.floor(place.top / cellSide), Math.floor(place.left / cellSide)];
  const tissue = new Uint8Array(tile.width * tile.height);
  for (let y = 0, target = 0; y < tile.height; y++) {
    const row = (Math.floor((tile.top + y) / cellSide) - firstRow) * cells.width - firstColumn;
    for (let x = 0; x < tile.width; x++)
      tissue[target++] = near[row + Math.floor((tile.left + x) / cellSide)];
  }
  return tissue;
}

/** The average colour of each square; of one that is cut by the part's edge, of what is there. */
function averageCells({ width, height, data }: Raster, { left, top }: { left: number; top: number }): Raster {
  const column = (x: number): number => Math.floor((left + x) / cellSide) - Math.floor(left / cellSide);
  const row = (y: number): number => Math.floor((top + y) / cellSide) - Math.floor(top / cellSide);
  const [wide, tall] = [column(width - 1) + 1, row(height - 1) + 1];
  const sums = new Float64Array(wide * tall * 3);
  const counts = new Uint32Array(wide * tall);
  for (let y = 0, source = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = row(y) * wide + column(x);
      counts[cell]++;
      for (let c = 0; c < 3; c++) sums[3 * cell + c] += data[source++];
    }
  }
  const average = sums.map((sum, i) => Math.round(sum / counts[Math.floor(i / 3)]));
  return { width: wide, height: tall, channels: 3, data: Uint8Array.from(average) };
}

/** The smallest region that holds all tissue of a tile; null where there is none. Its edges lie on multiples of the stride. */
export function boundsOfTissue(tissue: Uint8Array, tile: Region, stride: number): Region | null {
  let [left, top, right, bottom] = [tile.width, tile.height, 0, 0];
  for (let y = 0, i = 0; y < tile.height; y++) {
    for (let x = 0; x < tile.width; x++, i++) {
      if (tissue[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  if (right === 0) return null;
  const down = (pixel: number): number => Math.floor(pixel / stride) * stride;
  const up = (pixel: number, end: number): number => Math.min(end, Math.ceil(pixel / stride) * stride);
  const [x, y] = [down(left), down(top)];
  return {
    left: tile.left + x,
    top: tile.top + y,
    width: up(right, tile.width) - x,
    height: up(bottom, tile.height) - y,
  };
}
