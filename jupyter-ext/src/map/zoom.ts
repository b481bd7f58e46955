/** The zooms that are offered, in CSS pixels for a pixel of the image. */
export const zooms = [1, 2, 3, 4, 6, 8, 12, 16] as const;

/** A zoom as the list offers it. */
export type Zoom = "fit" | `${(typeof zooms)[number]}`;

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
export function deviceScale(zoom: number, devicePixelRatio: number): number {
  const wanted = zoom * devicePixelRatio;
  return zoom >= 1 ? Math.max(1, Math.round(wanted)) : wanted;
}

/**
 * The next larger (steps 1) or smaller (steps -1) zoom, several at once for larger numbers; the whole image is the smallest.
 *
 * @param fit the zoom at which the whole image fits
 */
export function nextZoom(zoom: Zoom, fit: number, steps: number): Zoom {
  const larger = zooms.filter((one) => one > fit).map((one): Zoom => `${one}`);
  const choices: readonly Zoom[] = ["fit", ...larger];
  const place = Math.max(0, choices.indexOf(zoom));
  return choices[Math.min(Math.max(place + steps, 0), choices.length - 1)];
}
