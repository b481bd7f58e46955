import { HistobookError } from "../../foundation/index.js";
import { patchMiddle } from "../../patches/index.js";
import { patchSelection, sourceCall, tilesCall } from "../../payloads/index.js";
import { readImage, readMask } from "../../study/index.js";
import { jpegBytes } from "../jpeg.js";
import type { LiveAnswer, LiveCall } from "../live.js";
import { liveBody } from "../liveBody.js";
import { maskPicture } from "../picture.js";
import { fitWithin, pngBytes } from "../png.js";
import { nameOf, positionOf, type PatchAlbum } from "./album.js";
import { brightnessOf, cutPatch } from "./cuts.js";
import type { AlbumPredictions } from "./predictions.js";
import { reduced, spriteSheet, tileSide } from "./sheets.js";

/** The longer side (pixels) of a source image as it is sent. */
const sourceSide = 720;

/** What errors say of what a page asked for. */
const asked = { subject: "what the patch grid asked for", fix: "run the cell again" };

/** What a patch grid's view may ask: the columns of all patches, pictures of some, where one was cut; and what it tells. */
export function gridCalls(
  album: PatchAlbum,
  predictions: AlbumPredictions | null,
  onSelect: (names: readonly string[]) => void,
): { table: LiveCall; tiles: LiveCall; source: LiveCall; select: LiveCall } {
  const known = (patches: readonly number[]): readonly number[] => {
    const unknown = patches.find((patch) => patch >= album.length);
    if (unknown === undefined) return patches;
    throw new HistobookError("BadInput", {
      ...asked,
      topic: "notebooks",
      found: `patch ${unknown}`,
      expected: `less than ${album.length}`,
    });
  };
  return {
    table: () => table(album, predictions),
    tiles: (body) => tiles(album, known(liveBody(tilesCall, body, asked).patches)),
    source: (body) => source(album, known([liveBody(sourceCall, body, asked).patch])[0]),
    select: (body) => {
      const names = known(liveBody(patchSelection, body, asked).patches).map((patch) => nameOf(album, patch));
      onSelect(names);
      return { body: { selected: names.length } };
    },
  };
}

async function table(album: PatchAlbum, predictions: AlbumPredictions | null): Promise<LiveAnswer> {
  const columns = [
    album.image,
    album.type,
    album.number,
    album.rotation,
    await brightnessOf(album),
    ...(predictions ? [predictions.levels] : []),
  ];
  return {
    body: { total: album.length, predicted: predictions !== null },
    buffers: columns.map(
      ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
    ),
  };
}

async function tiles(album: PatchAlbum, patches: readonly number[]): Promise<LiveAnswer> {
  const pictures = [];
  for (const patch of patches) {
    const whole = await cutPatch(album, patch);
    pictures.push(reduced(whole, tileSide(whole.width)));
  }
  const { columns, rows, jpeg } = await spriteSheet(pictures, 90);
  return { body: { columns, rows }, buffers: [jpeg] };
}

async function source(album: PatchAlbum, patch: number): Promise<LiveAnswer> {
  const { one, record } = album.images[album.image[patch]];
  const { scale, size, maskRule } = album.parameters;
  const image = await fitWithin(await readImage(one.imagePath, scale), sourceSide);
  const ratio = image.width / record.width;
  const mask =
    one.maskPath === null
      ? null
      : await fitWithin(await readMask(one.maskPath, scale, { rule: maskRule }), sourceSide, "nearest");
  const rotation = album.rotations[album.rotation[patch]];
  const middle = patchMiddle(rotation, album.parameters);
  const position = positionOf(album, patch);
  const whole = await cutPatch(album, patch);
  return {
    body: {
      width: image.width,
      height: image.height,
      // The middle of a pixel lies half a pixel from its corner.
      x: ((position % record.width) + 0.5 + middle.x) * ratio,
      y: (Math.floor(position / record.width) + 0.5 + middle.y) * ratio,
      side: size * ratio,
      rotation,
      mask: mask !== null,
    },
    buffers: [
      await pngBytes(whole),
      await jpegBytes(image, 85),
      ...(mask ? [await pngBytes(maskPicture(mask))] : []),
    ],
  };
}
