/** The zooms that are offered, in CSS pixels for a pixel of the image. */
export const zooms = [1, 2, 3, 4, 6, 8] as const;

/** The longest side (device pixels) of the canvas: browsers refuse much larger ones. */
const longestSide = 8192;

/**
 * The zoom at which the whole image fits a box (CSS pixels): a whole number from 1 on, so that each pixel of the
 * image is a square of the same size; a fraction only where not even 1 fits.
 */
export function fitZoom(
  size: { width: number; height: number },
  box: { width: number; height: number },
): number {
  const exact = Math.min(box.width / size.width, box.height / size.height);
  return exact >= 1 ? Math.floor(exact) : exact;
}

/**
 * Device pixels for a pixel of the image: whole wherever the zoom is at least 1, also on screens that have a
 * fractional number of device pixels in a CSS pixel.
 */
export function deviceScale(
  size: { width: number; height: number },
  zoom: number,
  devicePixelRatio: number,
): number {
  const wanted = zoom * devicePixelRatio;
  const whole = zoom >= 1 ? Math.max(1, Math.round(wanted)) : wanted;
  const most = longestSide / Math.max(size.width, size.height);
  return whole <= most ? whole : most >= 1 ? Math.floor(most) : most;
}
