/** Part of a sprite sheet: the top left corner of a patch's picture in it (pixels). */
export interface Tile {
  readonly sheet: ImageBitmap;
  readonly x: number;
  readonly y: number;
}

/** Tiles that are kept at most beside those of the payload; the sheets that came first go first. */
const mostTiles = 40_000;

interface Sheet {
  readonly picture: ImageBitmap;
  readonly patches: readonly number[];
}

/** The pictures of patches that are here, in sprite sheets. */
export class TileSheets {
  private readonly tiles = new Map<number, Tile>();
  private readonly arrived: Sheet[] = [];
  private readonly kept: ImageBitmap[] = [];
  private count = 0;

  /** @param side of a tile (pixels) */
  constructor(private readonly side: number) {}

  /** The picture of a patch; undefined while it is not here. */
  find(patch: number): Tile | undefined {
    return this.tiles.get(patch);
  }

  /**
   * Takes a sheet whose tiles are these patches, row by row.
   *
   * @param keep a sheet of the payload, which stays
   */
  add(picture: ImageBitmap, columns: number, patches: readonly number[], keep: boolean): void {
    patches.forEach((patch, n) => {
      const [x, y] = [(n % columns) * this.side, Math.floor(n / columns) * this.side];
      if (!this.tiles.has(patch)) this.tiles.set(patch, { sheet: picture, x, y });
    });
    if (keep) {
      this.kept.push(picture);
      return;
    }
    this.arrived.push({ picture, patches });
    this.count += patches.length;
    while (this.count > mostTiles && this.arrived.length > 1) this.forget(this.arrived.shift()!);
  }

  dispose(): void {
    for (const picture of [...this.kept, ...this.arrived.map((sheet) => sheet.picture)]) picture.close();
    this.tiles.clear();
  }

  private forget({ picture, patches }: Sheet): void {
    for (const patch of patches) {
      if (this.tiles.get(patch)?.sheet === picture) this.tiles.delete(patch);
    }
    this.count -= patches.length;
    picture.close();
  }
}
