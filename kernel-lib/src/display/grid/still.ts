import { randomStream, sampleIndices } from "../../foundation/index.js";
import { patchTypes } from "../../patches/index.js";
import { readImage, type PatchType, type Raster, colours, type Colour } from "../../study/index.js";
import { html, type Html } from "../html.js";
import { count, figure, swatch } from "../parts.js";
import { css, sheet } from "../picture.js";
import { fitWithin, imageTag, pngUrl } from "../png.js";
import { typesByName, type AlbumImage, type PatchAlbum } from "./album.js";
import { cutPatch } from "./cuts.js";

/** Bytes of PNG for each of the still version's pictures, of which there are four at most. */
const pictureBytes = 50_000;

/** What the types are called in pictures. */
const typeWords: Record<PatchType, string> = {
  p: "p: epithelium, class 1",
  e: "e: edge, class 0",
  b: "b: background, class 0",
};

/** A sheet of some patches of each type, drawn at random, and the same in words. */
export async function typeFigures(
  album: PatchAlbum,
  { wanted, seed, columns }: { wanted: number; seed: number; columns: number },
): Promise<{ figures: Html[]; lines: string[] }> {
  const figures: Html[] = [];
  const lines: string[] = [];
  for (const type of patchTypes) {
    const patches = patchesOfType(album, type);
    const random = randomStream(seed, "show patches", type);
    const tiles: Raster[] = [];
    for (const index of sampleIndices(patches.length, Math.min(wanted, patches.length), random)) {
      tiles.push(await cutPatch(album, patches[index]));
    }
    const words = `${typeWords[type]}: ${count(tiles.length)} of ${count(patches.length)}`;
    lines.push(`  ${words}`);
    if (tiles.length === 0) continue;
    const picture = sheet(tiles, columns, 2);
    const url = await pngUrl(picture, { limit: pictureBytes });
    const caption = html`${swatch(css(colours[type]))}${words}`;
    figures.push(figure(imageTag(url, Math.round(picture.width * 1.2), words), caption));
  }
  return { figures, lines };
}

function patchesOfType(album: PatchAlbum, type: PatchType): Uint32Array {
  const index = typesByName.indexOf(type);
  const found: number[] = [];
  for (let patch = 0; patch < album.length; patch++) if (album.type[patch] === index) found.push(patch);
  return Uint32Array.from(found);
}

/** An image with a dot where each of its patches was cut. */
export async function placesFigure({ one, record }: AlbumImage, scale: number): Promise<Html> {
  const picture = withPlaces(await readImage(one.imagePath, scale), record);
  const url = await pngUrl(await fitWithin(picture, 600), { limit: pictureBytes });
  return figure(
    imageTag(url, 340, `${one.name} with the places of its patches`),
    html`each dot is the centre of a patch`,
  );
}

/** The image, paler and twice as large, with a dot of 4 x 4 pixels at each position. */
function withPlaces(image: Raster, record: AlbumImage["record"]): Raster {
  const picture = enlargedAndPaler(image, 2);
  for (const type of patchTypes) {
    for (const position of record.positions[type]) {
      const x = (position % image.width) * 2;
      const y = Math.floor(position / image.width) * 2;
      for (let n = 0; n < 16; n++) dot(picture, x + (n % 4), y + Math.floor(n / 4), colours[type]);
    }
  }
  return picture;
}

function enlargedAndPaler(image: Raster, zoom: number): Raster {
  const width = image.width * zoom;
  const data = new Uint8Array(image.data.length * zoom * zoom);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = Math.floor((pixel % width) / zoom);
    const y = Math.floor(pixel / width / zoom);
    data[i] = Math.round(128 + image.data[(y * image.width + x) * 3 + (i % 3)] / 2);
  }
  return { width, height: image.height * zoom, channels: 3, data };
}

function dot({ width, height, data }: Raster, x: number, y: number, colour: Colour): void {
  if (x < width && y < height) data.set(colour, (y * width + x) * 3);
}
