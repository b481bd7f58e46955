import type { StoredMap } from "../output/index.js";
import type { ProbabilityMapPayload } from "../payloads/index.js";
import type { Raster } from "../study/index.js";
import { dataUrl, jpegBytes, jpegQualities } from "./jpeg.js";
import type { LoadedMap } from "./loadMap.js";
import { maskPicture } from "./picture.js";
import { fitWithin, pngUrl } from "./png.js";

/** Characters of base64 for the payload's pictures: with the still version they stay below `outputLimit`. */
const mostCharacters = 610_000;

/** The payload of the extension's `probability-map` view; large maps are reduced until they fit an output. */
export async function mapPayload(map: LoadedMap): Promise<ProbabilityMapPayload> {
  const { one, fold, threshold, stored, image, other } = map;
  for (let side = Math.max(stored.width, stored.height); ; side = Math.ceil(side / 1.25)) {
    const planes = await planesWithin(map, side);
    const left = [planes.probability, planes.mask, planes.other].reduce(
      (characters, url) => characters - (url?.length ?? 0),
      mostCharacters,
    );
    const reduced = await fitWithin(image, side);
    const picture = await pictureWithin(reduced, left);
    if (picture === null) continue;
    const { width, height } = reduced;
    return {
      version: 1,
      name: one.name,
      width,
      height,
      reducedFrom: width === stored.width ? null : { width: stored.width, height: stored.height },
      image: picture,
      probability: planes.probability,
      mask: planes.mask,
      other: other && planes.other !== null ? { name: other.name, probability: planes.other } : null,
      fold,
      // Step 5 maps a fold's test images alone.
      role: "test",
      threshold,
    };
  }
}

/** What is counted goes as PNG, exactly as it is or reduced. */
async function planesWithin(
  { stored, mask, other }: LoadedMap,
  side: number,
): Promise<{ probability: string; mask: string | null; other: string | null }> {
  const greyUrl = async ({ width, height, levels }: StoredMap): Promise<string> =>
    pngUrl(await fitWithin({ width, height, channels: 1, data: levels }, side));
  const white = mask && maskPicture(mask);
  return {
    probability: await greyUrl(stored),
    mask: white && (await pngUrl(await fitWithin(white, side, "nearest"))),
    other: other && (await greyUrl(other.stored)),
  };
}

/** The image goes as PNG where it is small, else as JPEG; null where neither is short enough. */
async function pictureWithin(image: Raster, characters: number): Promise<string | null> {
  // A photograph's PNG takes more than a byte a pixel.
  if (image.width * image.height < characters) {
    const exact = await pngUrl(image);
    if (exact.length <= characters) return exact;
  }
  for (const quality of jpegQualities) {
    const url = dataUrl(await jpegBytes(image, quality));
    if (url.length <= characters) return url;
  }
  return null;
}
