import { checkAgainst, mostTilesACall, tilesAnswer } from "histobook/payloads";
import { PayloadError } from "../error-box.js";
import { jpeg } from "../jpeg.js";
import type { Answer, Line } from "../live/kernel-line.js";
import { decodePicture } from "../picture-file.js";
import type { TileSheets } from "./tiles.js";

/** Asks the kernel for the pictures of patches that are seen and not here; one question at a time, the newest wish next. */
export class TileLoader {
  private wanted: readonly number[] = [];
  private busy = false;
  private ended = false;

  constructor(
    private readonly line: Line,
    private readonly sheets: TileSheets,
    /** Side of a tile (pixels). */
    private readonly side: number,
    private readonly on: { arrived: () => void; failed: (error: unknown) => void },
  ) {}

  /** Wishes for patches in place of those that were wished for before. */
  want(patches: readonly number[]): void {
    this.wanted = patches;
    if (!this.busy) void this.work();
  }

  dispose(): void {
    this.ended = true;
  }

  private async work(): Promise<void> {
    this.busy = true;
    try {
      for (;;) {
        const patches = this.wanted.filter((patch) => !this.sheets.find(patch)).slice(0, mostTilesACall);
        if (patches.length === 0 || this.ended) return;
        const { columns, picture } = await decodeSheet(
          await this.line.call("tiles", { patches }),
          patches.length,
          this.side,
        );
        if (this.ended) {
          picture.close();
          return;
        }
        this.sheets.add(picture, columns, patches, false);
        this.on.arrived();
      }
    } catch (error) {
      this.wanted = [];
      this.on.failed(error);
    } finally {
      this.busy = false;
    }
  }
}

async function decodeSheet(
  { body, buffers }: Answer,
  count: number,
  side: number,
): Promise<{ columns: number; picture: ImageBitmap }> {
  const checked = checkAgainst(tilesAnswer, body);
  if (!checked.ok) throw new PayloadError(checked.problems[0]);
  const { columns, rows } = checked.payload;
  if (buffers.length !== 1 || columns * rows < count) {
    const found = `${buffers.length} pictures of ${columns * rows} tiles`;
    throw new PayloadError({ where: "the kernel's tiles", found, expected: `one of at least ${count}` });
  }
  const size = { width: columns * side, height: rows * side };
  return {
    columns,
    picture: await decodePicture("the kernel's tiles", jpeg, () => new Uint8Array(buffers[0]), size),
  };
}
