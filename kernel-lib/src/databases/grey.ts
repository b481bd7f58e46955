/** Weights of red, green and blue as whole numbers, what is added to their sum, and the bits by which it is shifted. */
interface GreyWeights {
  red: number;
  green: number;
  blue: number;
  half: number;
  bits: number;
}

/** The PNG library's, which rounds down. */
const pngWeights: GreyWeights = { red: 9797, green: 19234, blue: 3737, half: 0, bits: 15 };

/** OpenCV's own, for the other formats. */
const otherWeights: GreyWeights = { red: 4899, green: 9617, blue: 1868, half: 1 << 13, bits: 14 };

/**
 * Makes an image grey as OpenCV's imread does (`is_color: false`), whose rounding depends on the file's format. A JPEG's
 * grey levels, which it takes from the file as they are, may differ from these by a few.
 *
 * @param rgb channels together, 8 bits
 * @returns one value a pixel
 */
export function toGrey(rgb: Uint8Array, path: string): Uint8Array {
  const { red, green, blue, half, bits } = /\.png$/i.test(path) ? pngWeights : otherWeights;
  const grey = new Uint8Array(rgb.length / 3);
  for (let i = 0, k = 0; i < grey.length; i++, k += 3) {
    grey[i] = (red * rgb[k] + green * rgb[k + 1] + blue * rgb[k + 2] + half) >> bits;
  }
  return grey;
}
