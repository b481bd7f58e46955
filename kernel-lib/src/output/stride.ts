/**
 * Which rows (or columns) of an image are computed at a stride: the middle of each run of `stride` pixels, so that
 * filling with the nearest value shifts nothing.
 *
 * @param length rows or columns of the image, in pixels
 * @example
 * strideIndices(7, 3); // => Uint32Array [1, 4, 6]
 */
export function strideIndices(length: number, stride: number): Uint32Array {
  const middle = Math.floor((stride - 1) / 2);
  return Uint32Array.from({ length: Math.ceil(length / stride) }, (_, run) =>
    Math.min(run * stride + middle, length - 1),
  );
}

/**
 * Spreads the values of a coarse grid over a whole image: each pixel gets the value of its run.
 *
 * @param values one a computed pixel, row by row
 * @param width of the image in pixels
 * @param height of the image in pixels
 */
export function fillNearest(
  values: Float32Array,
  width: number,
  height: number,
  stride: number,
): Float32Array {
  const columns = Math.ceil(width / stride);
  const filled = new Float32Array(width * height);
  for (let y = 0, target = 0; y < height; y++) {
    const row = Math.floor(y / stride) * columns;
    for (let x = 0; x < width; x++) filled[target++] = values[row + Math.floor(x / stride)];
  }
  return filled;
}

/**
 * Spreads the values of a coarse grid over a whole image: each pixel gets what lies on the straight lines between the computed
 * pixels round it. Beyond the outermost ones theirs are repeated.
 *
 * @param values one a computed pixel, row by row
 * @param width of the image in pixels
 * @param height of the image in pixels
 * @example
 * fillLinear(Float32Array.of(0, 4), 8, 1, 4); // => Float32Array [0, 0, 1, 2, 3, 4, 4, 4]
 */
export function fillLinear(
  values: Float32Array,
  width: number,
  height: number,
  stride: number,
): Float32Array {
  const [rows, columns] = [neighbours(height, stride), neighbours(width, stride)];
  const gridWidth = Math.ceil(width / stride);
  const filled = new Float32Array(width * height);
  for (let y = 0, target = 0; y < height; y++) {
    const [upper, lower] = [rows.before[y] * gridWidth, rows.behind[y] * gridWidth];
    for (let x = 0; x < width; x++) {
      const [left, right, share] = [columns.before[x], columns.behind[x], columns.share[x]];
      const above = values[upper + left] + share * (values[upper + right] - values[upper + left]);
      const below = values[lower + left] + share * (values[lower + right] - values[lower + left]);
      filled[target++] = above + rows.share[y] * (below - above);
    }
  }
  return filled;
}

/** For each pixel along an axis, the computed ones before and behind it (their numbers), and how near the second is, [0,1]. */
function neighbours(
  length: number,
  stride: number,
): { before: Uint32Array; behind: Uint32Array; share: Float32Array } {
  const computed = strideIndices(length, stride);
  const before = new Uint32Array(length);
  const behind = new Uint32Array(length);
  const share = new Float32Array(length);
  for (let pixel = 0, next = 0; pixel < length; pixel++) {
    while (next < computed.length - 1 && computed[next] < pixel) next++;
    const earlier = pixel < computed[next] && next > 0 ? next - 1 : next;
    before[pixel] = earlier;
    behind[pixel] = next;
    const distance = computed[next] - computed[earlier];
    share[pixel] = distance === 0 ? 0 : (pixel - computed[earlier]) / distance;
  }
  return { before, behind, share };
}

/** How the pixels between computed ones are filled. */
export type Filling = "nearest" | "linear";

/** Every way of filling by its name. */
export const fillings = { nearest: fillNearest, linear: fillLinear } as const;
