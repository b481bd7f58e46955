import { element } from "../element.js";
import type { MapLook } from "./look.js";
import type { MapPainter } from "./painter.js";

/** The longest side (pixels) of a saved picture. */
const longestSide = 4096;

/** Saves a map as it looks, all of it, as a PNG file in the browser's downloads. */
export async function saveMap(
  painter: MapPainter,
  look: MapLook,
  picture: { width: number; height: number },
  name: string,
): Promise<void> {
  // Twice as large as the map where there is room, so that its lines are fine.
  const scale = Math.max(1, Math.min(2, Math.floor(longestSide / Math.max(picture.width, picture.height))));
  const size = { width: picture.width * scale, height: picture.height * scale };
  const canvas = new OffscreenCanvas(size.width, size.height);
  painter.paint(canvas, size, { ...look, marked: null }, { scale, x: 0, y: 0 }, 1);
  const address = URL.createObjectURL(await canvas.convertToBlob({ type: "image/png" }));
  element("a", { href: address, download: `${name.replace(/[^\w.-]+/g, "_")}_map.png` }).click();
  // Not at once: the browser reads it after this call.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
