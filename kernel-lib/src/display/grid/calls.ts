import { HistobookError } from "../../foundation/index.js";
import { patchMiddle } from "../../patches/index.js";
import {
  checkAgainst,
  patchSelection,
  sourceCall,
  tilesCall,
  type PayloadProblem,
} from "../../payloads/index.js";
import { readImage, readMask } from "../../study/index.js";
import { jpegBytes } from "../jpeg.js";
import type { LiveAnswer, LiveCall } from "../live.js";
import { fitWithin, pngBytes } from "../png.js";
import { nameOf, positionOf, type PatchAlbum } from "./album.js";
import { brightnessOf, cutPatch } from "./cuts.js";
import type { AlbumPredictions } from "./predictions.js";
import { reduced, spriteSheet, tileSide } from "./sheets.js";

/** The longer side (pixels) of a source image as it is sent. */
const sourceSide = 720;

/** What a patch grid's view may ask: the columns of all patches, pictures of some, where one was cut; and what it tells. */
export function gridCalls(
  album: PatchAlbum,
  predictions: AlbumPredictions | null,
  onSelect: (names: readonly string[]) => void,
): { table: LiveCall; tiles: LiveCall; source: LiveCall; select: LiveCall } {
  const known = (patches: readonly number[]): readonly number[] => {
    const unknown = patches.find((patch) => patch >= album.length);
    if (unknown === undefined) return patches;
    throw badCall({ where: "", found: `patch ${unknown}`, expected: `less than ${album.length}` });
  };
  return {
    table: () => table(album, predictions),
    tiles: (body) => tiles(album, known(checked(tilesCall, body).patches)),
    source: (body) => source(album, known([checked(sourceCall, body).patch])[0]),
    select: (body) => {
      const names = known(checked(patchSelection, body).patches).map((patch) => nameOf(album, patch));
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
      ...(mask ? [await pngBytes({ ...mask, data: mask.data.map((value) => 255 * value) })] : []),
    ],
  };
}

function checked<Body>(schema: Parameters<typeof checkAgainst<Body>>[0], body: unknown): Body {
  const check = checkAgainst(schema, body);
  if (!check.ok) throw badCall(check.problems[0]);
  return check.payload;
}

function badCall({ found, expected }: PayloadProblem): HistobookError {
  return new HistobookError("BadInput", {
    subject: "what the patch grid asked for",
    found,
    expected,
    fix: "run the cell again",
  });
}
