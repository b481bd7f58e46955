import { randomStream } from "../../foundation/index.js";
import type { PatchGridPayload } from "../../payloads/index.js";
import type { Raster } from "../../study/index.js";
import { dataUrl } from "../jpeg.js";
import { typesByName, type PatchAlbum } from "./album.js";
import { cutPatch, meanOf } from "./cuts.js";
import type { AlbumPredictions } from "./predictions.js";
import { reduced, spriteSheets, tileSide, type SpriteSheet } from "./sheets.js";
import { stratifiedPatches } from "./subset.js";

/** What the sheets may weigh together, in bytes of JPEG: with the rest of the display they stay below `outputLimit`. */
const sheetsBytes = 430_000;

/** JPEG qualities that are tried before patches are left out. */
const qualities = [80, 65, 50] as const;

/** How the payload is made. */
export interface PayloadOptions {
  /** What is shown, in words. */
  name: string;
  /** So many patches travel in the payload, if they fit. */
  saved: number;
  seed: number;
}

/** The payload of the extension's `patch-grid` view. */
export async function gridPayload(
  album: PatchAlbum,
  predictions: AlbumPredictions | null,
  { name, saved, seed }: PayloadOptions,
): Promise<PatchGridPayload> {
  const { patches, brightness, sheets } = await fittingSample(album, saved, seed);
  const ofPatches = (column: Uint8Array | Uint16Array | Uint32Array | Int16Array): number[] =>
    Array.from(patches, (patch) => column[patch]);
  return {
    version: 1,
    name,
    total: album.length,
    size: album.parameters.size,
    tile: tileSide(album.parameters.size),
    rotations: [...album.rotations],
    images: album.images.map(({ one, record, fold }) => ({
      name: one.name,
      patient: record.patient,
      number: record.imageNumber,
      fold,
      rotations: record.rotations.map((degrees) => album.rotations.indexOf(degrees)),
      positions: {
        b: record.positions.b.length,
        e: record.positions.e.length,
        p: record.positions.p.length,
      },
    })),
    predictedBy: predictions && predictions.by,
    saved: {
      patch: Array.from(patches),
      image: ofPatches(album.image),
      type: Array.from(patches, (patch) => typesByName[album.type[patch]]).join(""),
      number: ofPatches(album.number),
      rotation: ofPatches(album.rotation),
      brightness,
      probability: predictions && ofPatches(predictions.levels),
    },
    sheets: sheets.map(({ columns, rows, jpeg }) => ({
      columns,
      rows,
      picture: dataUrl(jpeg),
    })),
  };
}

interface Sample {
  patches: Uint32Array;
  brightness: number[];
  sheets: SpriteSheet[];
}

/** The stratified sample whose sheets fit: of the best quality that does, else of fewer patches. */
async function fittingSample(album: PatchAlbum, saved: number, seed: number): Promise<Sample> {
  for (let wanted = Math.min(saved, album.length); ;) {
    const patches = stratifiedPatches(album, wanted, randomStream(seed, "patch grid"));
    const tiles: Raster[] = [];
    const brightness: number[] = [];
    for (const patch of patches) {
      const whole = await cutPatch(album, patch);
      brightness.push(meanOf(whole.data));
      tiles.push(reduced(whole, tileSide(whole.width)));
    }
    let bytes = 0;
    for (const quality of qualities) {
      const sheets = await spriteSheets(tiles, quality);
      bytes = sheets.reduce((sum, { jpeg }) => sum + jpeg.length, 0);
      if (bytes <= sheetsBytes) return { patches, brightness, sheets };
    }
    wanted = Math.floor((0.95 * wanted * sheetsBytes) / bytes);
  }
}
