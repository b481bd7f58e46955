import { padSymmetric, type Raster } from "../../study/index.js";

/** How an image is seen: mirrored left to right or not, and then turned clockwise by so many quarters. */
export interface Turn {
  mirrored: boolean;
  quarters: 0 | 1 | 2 | 3;
}

/** An image with its mirrored margin, seen in one way. */
export interface View {
  raster: Raster;
  /** Where the upper left corner of a pixel's window lies in this raster: its row and column. */
  cornerOf(row: number, column: number): readonly [row: number, column: number];
}

/**
 * The ways of seeing an image whose answers are averaged; the first is the image as it is.
 *
 * @example
 * turnsFor({ oversample: true, rotations: false });
 * // => [{ mirrored: false, quarters: 0 }, { mirrored: true, quarters: 0 }]
 */
export function turnsFor({ oversample, rotations }: { oversample: boolean; rotations: boolean }): Turn[] {
  const quarters = rotations ? ([0, 1, 2, 3] as const) : ([0] as const);
  return (oversample ? [false, true] : [false]).flatMap((mirrored) =>
    quarters.map((quarter) => ({ mirrored, quarters: quarter })),
  );
}

/**
 * Prepares an image for a map: every pixel's window, rows y - size/2 to y + size/2 - 1 and columns alike, lies in it, and
 * `context` pixels more on each side. Beyond the image's edge its mirror image is seen.
 *
 * Windows themselves are turned, as the original did: the window of a turned image's pixel would lie one pixel beside,
 * since an even window has no middle.
 *
 * @param size the window's side in pixels, even
 */
export function viewsOf(image: Raster, size: number, context: number, turns: readonly Turn[]): View[] {
  return viewsOfPadded(padSymmetric(image, size / 2 + context), size, context, turns);
}

/**
 * The same for a part of an image whose margin of `size / 2 + context` pixels is there already.
 *
 * @param padded the part and its margin; a pixel's row and column are counted from the part's
 */
export function viewsOfPadded(padded: Raster, size: number, context: number, turns: readonly Turn[]): View[] {
  return turns.map((turn) => ({
    raster: turned(padded, turn),
    cornerOf(row, column) {
      let [y, x] = [row + context, column + context];
      let { width, height } = padded;
      if (turn.mirrored) x = width - size - x;
      for (let quarter = 0; quarter < turn.quarters; quarter++) {
        [y, x] = [x, height - size - y];
        [width, height] = [height, width];
      }
      return [y, x];
    },
  }));
}

function turned(image: Raster, { mirrored, quarters }: Turn): Raster {
  let raster = mirrored ? mirror(image) : image;
  for (let quarter = 0; quarter < quarters; quarter++) raster = turnClockwise(raster);
  return raster;
}

function mirror({ width, height, channels, data }: Raster): Raster {
  return rearranged({ width, height, channels, data }, width, height, (y, x) => y * width + width - 1 - x);
}

function turnClockwise(image: Raster): Raster {
  const { width, height } = image;
  return rearranged(image, height, width, (y, x) => (height - 1 - x) * width + y);
}

/** A raster whose pixels are those that `source` names. */
function rearranged(
  { channels, data }: Raster,
  width: number,
  height: number,
  source: (y: number, x: number) => number,
): Raster {
  const pixels = new Uint8Array(data.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = source(y, x) * channels;
      for (let c = 0; c < channels; c++) pixels[target++] = data[from + c];
    }
  }
  return { width, height, channels, data: pixels };
}
