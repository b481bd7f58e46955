/** A pixel's four bytes as one number, whatever the machine's order of bytes. */
function word(red: number, green: number, blue: number, alpha: number): number {
  return new Uint32Array(Uint8Array.of(red, green, blue, alpha).buffer)[0];
}

const line = word(255, 255, 255, 255);
const casing = word(0, 0, 0, 191);

/**
 * Draws the border between the values that have at least `level` and the rest as a white line of a pixel with dark ones at its
 * sides; everything else becomes transparent. It takes the same time however winding the border is.
 *
 * @param pixels RGBA, one number a pixel
 */
export function drawRasterLine(
  values: Uint8Array,
  width: number,
  height: number,
  level: number,
  pixels: Uint32Array,
): void {
  pixels.fill(0);
  const darken = (at: number): void => {
    if (pixels[at] === 0) pixels[at] = casing;
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const above = values[at] >= level;
      const right = x < width - 1 && above !== values[at + 1] >= level;
      const below = y < height - 1 && above !== values[at + width] >= level;
      if (!right && !below) continue;
      pixels[at] = line;
      if (x > 0) darken(at - 1);
      if (x < width - 1) darken(at + 1);
      if (y > 0) darken(at - width);
      if (y < height - 1) darken(at + width);
    }
  }
}
