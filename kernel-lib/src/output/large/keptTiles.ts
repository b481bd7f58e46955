import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeLeftovers, writeWholeFile } from "../../foundation/index.js";
import { pictureName } from "../../study/index.js";
import type { Agreement } from "../modes/index.js";
import { writeClassPicture, writeProbabilityPicture } from "../pictures.js";
import type { ProbabilityMap } from "../probabilityMap.js";
import type { Tile } from "./tileGrid.js";

/** What is known of a finished tile beside its pictures. */
export interface TileFacts {
  /** Pixels within the tissue mask. */
  tissue: number;
  /** How many pixels' own windows were classified. */
  windows: number;
  agreement: Agreement | null;
}

/**
 * The finished tiles of a map that is not finished, in a folder of its own: two pictures each, and a file of facts, which is written
 * last and so says that the tile is whole.
 */
export class KeptTiles {
  private constructor(readonly folder: string) {}

  /**
   * Opens the folder; what lies there of another map (other settings, another model or image) is removed.
   *
   * @param key of all that decides the map's values
   */
  static open(folder: string, key: string): KeptTiles {
    const record = join(folder, "record.json");
    if (existsSync(folder) && !hasKey(record, key)) rmSync(folder, { recursive: true });
    makeFolder(folder);
    removeLeftovers(folder);
    if (!existsSync(record)) writeWholeFile(record, JSON.stringify({ key }));
    return new KeptTiles(folder);
  }

  /** What is known of a tile; undefined for one that is not finished. */
  facts(tile: Tile): TileFacts | undefined {
    const path = this.factsPath(tile);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as TileFacts) : undefined;
  }

  save(tile: Tile, map: ProbabilityMap, facts: TileFacts): void {
    writeProbabilityPicture(this.picture(tile, "prob"), map);
    writeClassPicture(this.picture(tile, "class"), map);
    writeWholeFile(this.factsPath(tile), JSON.stringify(facts));
  }

  /** The path of a finished tile's picture. */
  picture(tile: Tile, kind: "prob" | "class"): string {
    return join(this.folder, pictureName(nameOf(tile), kind));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private factsPath(tile: Tile): string {
    return join(this.folder, `${nameOf(tile)}.json`);
  }
}

function nameOf({ row, column }: Tile): string {
  return `tile_${row}_${column}`;
}

/** Whether a record is there and is of the map with this key. */
export function hasKey(path: string, key: string): boolean {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { key?: unknown }).key === key;
  } catch {
    return false;
  }
}
