import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Classifier } from "../../engine/index.js";
import {
  fingerprint,
  makeFolder,
  removeLeftovers,
  stopIfAborted,
  writeWholeFile,
} from "../../foundation/index.js";
import { mapRecordName, tilesFolderName, type Region } from "../../study/index.js";
import { pooledAgreement, type Agreement } from "../modes/index.js";
import { clearFirstLine, windowCount, type MapSettings } from "../probabilityMap.js";
import { openImageSource, type ImageSource } from "./imageSource.js";
import { hasKey, KeptTiles, type TileFacts } from "./keptTiles.js";
import { predictTile, tileMargin, type TileWork } from "./predictTile.js";
import { writePyramid } from "./pyramid.js";
import { grown, tileSide, tilesOf, type Tile } from "./tileGrid.js";
import { TimeLeft } from "./timeLeft.js";
import { boundsOfTissue, tissueMargin, tissueOf } from "./tissue.js";

/** A map that is computed tile by tile. */
export interface LargeMapTask {
  /** The image's name, and its file. */
  name: string;
  imagePath: string;
  /** Working pixels per pixel of the file. */
  scale: number;
  /** Where the result goes; its name without the ending. */
  folder: string;
  probability: string;
  class: string;
  classifier: Classifier;
  settings: Required<MapSettings>;
  /** Of image, model and settings. */
  key: string;
  /** Whether white is passed over. */
  tissueMask: boolean;
  /** µm a pixel of the file, where it is known. */
  micrometres: number | null;
  /** Called with the number of computed pixels that are done so far, and what is to be said of it. */
  onWindows?: (done: number, detail: string) => void;
  signal?: AbortSignal;
}

/** What a large map is like, as its record keeps it. */
export interface LargeMap {
  /** Pixels at the working scale. */
  width: number;
  height: number;
  agreement: Agreement | null;
  /** The share of the pixels within the tissue mask, [0,1]; null without one. */
  tissue: number | null;
  /** True when it was there already. */
  reused: boolean;
}

/**
 * Computes the map of an image that is too large for memory, tile by tile, and writes it as two TIFFs in tiles.
 *
 * Each finished tile is kept on disk until the map is whole: after an interrupt, or a killed process, the same call goes on from
 * them, and ends with the same bytes.
 *
 * @throws HistobookError `Interrupted`, `BadInput`, `Unsupported`.
 */
export async function writeLargeMap(task: LargeMapTask): Promise<LargeMap> {
  const { name, folder, settings, tissueMask } = task;
  const side = tileSide(settings.mode, settings.stride);
  const key = fingerprint(["large map 1", task.key, tissueMask, side]);
  const recordPath = join(folder, mapRecordName(name));
  if (hasKey(recordPath, key) && existsSync(task.probability) && existsSync(task.class)) {
    const { map } = JSON.parse(readFileSync(recordPath, "utf8")) as { map: Omit<LargeMap, "reused"> };
    return { ...map, reused: true };
  }
  makeFolder(folder);
  removeLeftovers(folder);
  const kept = KeptTiles.open(join(folder, tilesFolderName(name)), key);
  const source = await openImageSource(task.imagePath, task.scale, kept.folder);
  const tiles = tilesOf(source.width, source.height, side);
  const facts = await computeTiles(task, source, tiles, kept);
  // From here on the pictures may be of two maps, until both are new.
  rmSync(recordPath, { force: true });
  await writePictures(task, source, tiles, kept);
  const map = {
    width: source.width,
    height: source.height,
    agreement: pooledAgreement(facts.map(({ agreement }) => agreement)),
    tissue: tissueMask
      ? facts.reduce((sum, { tissue }) => sum + tissue, 0) / (source.width * source.height)
      : null,
  };
  const windows = facts.reduce((sum, tile) => sum + tile.windows, 0);
  writeWholeFile(
    recordPath,
    JSON.stringify({ key, scale: task.scale, settings, tissueMask, windows, map }, null, 2) + "\n",
  );
  kept.remove();
  return { ...map, reused: false };
}

async function computeTiles(
  task: LargeMapTask,
  source: ImageSource,
  tiles: Tile[],
  kept: KeptTiles,
): Promise<TileFacts[]> {
  const { name, onWindows, settings, signal } = task;
  const windowsOf = ({ width, height }: Region): number => windowCount(width, height, settings.stride);
  const known = tiles.map((tile) => kept.facts(tile));
  const total = tiles.reduce((sum, tile, n) => sum + (known[n] ? 0 : windowsOf(tile)), 0);
  const timeLeft = new TimeLeft(total);
  let before = tiles.reduce((sum, tile, n) => sum + (known[n] ? windowsOf(tile) : 0), 0);
  const reusedWindows = before;
  const all: TileFacts[] = [];
  for (const [n, tile] of tiles.entries()) {
    stopIfAborted(signal, "output");
    const place = `${name}, tile ${n + 1} of ${tiles.length}`;
    const tell = (done: number): void =>
      onWindows?.(before + done, place + timeLeft.words(before + done - reusedWindows));
    let facts = known[n];
    if (!facts) {
      facts = await computeTile(task, source, tile, kept, n, tell);
      before += windowsOf(tile);
    }
    tell(0);
    all.push(facts);
  }
  return all;
}

async function computeTile(
  task: LargeMapTask,
  source: ImageSource,
  tile: Tile,
  kept: KeptTiles,
  number: number,
  onWindows: (done: number) => void,
): Promise<TileFacts> {
  const { classifier, settings, tissueMask, signal } = task;
  const { patchSize } = classifier;
  // Each tile's own draw, or the same places in all of them would be compared with window mode.
  const work: TileWork = {
    ...settings,
    seed: settings.seed + number,
    classifier,
    image: source,
    onWindows,
    signal,
  };
  const margin = Math.max(tileMargin(work), tissueMask ? tissueMargin(patchSize) : 0);
  const place = grown(tile, margin, source);
  const part = await source.read(place);
  const tissue = tissueMask ? tissueOf(part, place, tile, patchSize) : null;
  const region = tissue ? boundsOfTissue(tissue, tile, settings.stride) : tile;

  const epithelium = new Float32Array(tile.width * tile.height);
  let [windows, agreement]: [number, Agreement | null] = [0, null];
  if (region) {
    const map = await predictTile(part, place, region, work);
    ({ windows, agreement } = map);
    paste(map.epithelium, region, epithelium, tile);
  }
  if (tissue) for (let i = 0; i < epithelium.length; i++) if (tissue[i] === 0) epithelium[i] = 0;
  if (settings.firstLine === "leave") clearFirstLine(epithelium, tile);
  const facts = {
    tissue: tissue ? tissue.reduce((sum, value) => sum + value, 0) : epithelium.length,
    windows,
    agreement,
  };
  kept.save(tile, { width: tile.width, height: tile.height, epithelium }, facts);
  return facts;
}

function paste(values: Float32Array, region: Region, target: Float32Array, tile: Tile): void {
  for (let y = 0; y < region.height; y++) {
    const row = values.subarray(y * region.width, (y + 1) * region.width);
    target.set(row, (region.top - tile.top + y) * tile.width + region.left - tile.left);
  }
}

async function writePictures(
  { probability, class: classPath, micrometres, scale }: LargeMapTask,
  { width, height }: ImageSource,
  tiles: Tile[],
  kept: KeptTiles,
): Promise<void> {
  const common = { width, height, tiles, micrometres: micrometres === null ? null : micrometres / scale };
  for (const [kind, path, channels] of [
    ["prob", probability, 3],
    ["class", classPath, 1],
  ] as const) {
    await writePyramid({ ...common, path, channels, picture: (tile) => kept.picture(tile, kind) });
  }
}
