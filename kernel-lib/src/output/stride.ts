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
