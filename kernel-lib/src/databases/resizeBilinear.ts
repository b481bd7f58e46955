/** Interpolation weights are multiples of 1/2048, as in OpenCV. */
const weightBits = 11;
const one = 1 << weightBits;

/** Between which two pixels of a line a new one lies, and their weights. */
interface Interpolation {
  first: Int32Array;
  second: Int32Array;
  firstWeight: Int32Array;
  secondWeight: Int32Array;
}

/**
 * Resizes an image of 8 bits to the bit as OpenCV's `resize` does by default (bilinear, in whole numbers; half of both
 * sides by the mean of four pixels), which is how Caffe's tools and its ImageData layer resize.
 *
 * @param pixels rows from the top, channels together
 * @param size width, height (pixels) and channels of `pixels`
 * @param target width and height to make, in pixels
 * @example
 * const line = Uint8Array.of(0, 100);
 * resizeBilinear(line, { width: 2, height: 1, channels: 1 }, { width: 4, height: 1 }); // => Uint8Array [0, 25, 75, 100]
 */
export function resizeBilinear(
  pixels: Uint8Array,
  size: { width: number; height: number; channels: number },
  target: { width: number; height: number },
): Uint8Array {
  const { width, height, channels } = size;
  if (width === target.width && height === target.height) return pixels;
  if (width === 2 * target.width && height === 2 * target.height) return halve(pixels, channels, target);
  const columns = interpolate(width, target.width);
  const rows = interpolate(height, target.height);
  const stride = width * channels;
  const lines = new Map<number, Int32Array>();
  const line = (row: number): Int32Array => {
    let made = lines.get(row);
    if (!made) {
      made = resizeLine(pixels.subarray(row * stride, (row + 1) * stride), channels, columns);
      lines.set(row, made);
    }
    return made;
  };
  const result = new Uint8Array(target.width * target.height * channels);
  for (let y = 0, place = 0; y < target.height; y++) {
    const [above, below] = [line(rows.first[y]), line(rows.second[y])];
    const [weightAbove, weightBelow] = [rows.firstWeight[y], rows.secondWeight[y]];
    for (let i = 0; i < above.length; i++) {
      // OpenCV cuts the sums so that its products fit into 16 bits.
      const sum = ((weightAbove * (above[i] >> 4)) >> 16) + ((weightBelow * (below[i] >> 4)) >> 16);
      result[place++] = (sum + 2) >> 2;
    }
  }
  return result;
}

function interpolate(length: number, target: number): Interpolation {
  const scale = 1 / (target / length);
  const result = {
    first: new Int32Array(target),
    second: new Int32Array(target),
    firstWeight: new Int32Array(target),
    secondWeight: new Int32Array(target),
  };
  for (let i = 0; i < target; i++) {
    const centre = Math.fround((i + 0.5) * scale - 0.5);
    const before = Math.floor(centre);
    const part = Math.fround(centre - before);
    result.first[i] = Math.min(Math.max(before, 0), length - 1);
    result.second[i] = Math.min(Math.max(before + 1, 0), length - 1);
    result.firstWeight[i] = roundToEven(Math.fround(1 - part) * one);
    result.secondWeight[i] = roundToEven(part * one);
  }
  return result;
}

function resizeLine(pixels: Uint8Array, channels: number, columns: Interpolation): Int32Array {
  const { first, second, firstWeight, secondWeight } = columns;
  const result = new Int32Array(first.length * channels);
  for (let x = 0, place = 0; x < first.length; x++) {
    for (let c = 0; c < channels; c++) {
      const left = pixels[first[x] * channels + c];
      const right = pixels[second[x] * channels + c];
      result[place++] = left * firstWeight[x] + right * secondWeight[x];
    }
  }
  return result;
}

function halve(
  pixels: Uint8Array,
  channels: number,
  { width, height }: { width: number; height: number },
): Uint8Array {
  const stride = 2 * width * channels;
  const result = new Uint8Array(width * height * channels);
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const source = 2 * y * stride + 2 * x * channels + c;
        const above = pixels[source] + pixels[source + channels];
        const below = pixels[source + stride] + pixels[source + stride + channels];
        result[place++] = (above + below + 2) >> 2;
      }
    }
  }
  return result;
}

/** The processor's rounding, which OpenCV takes: halves go to the even neighbour. */
function roundToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
