import type { Translation } from "../context.js";
import { element } from "../element.js";
import type { Line } from "../live/kernel-line.js";
import type { GridModel } from "./model.js";
import { drawPlace } from "./place.js";
import { decodeSource } from "./source.js";
import type { TileSheets } from "./tiles.js";
import { patchFacts, patchName } from "./words.js";

/** Of the source image, in CSS pixels. */
const width = 240;

/** How long (milliseconds) the cursor must rest on a patch before the kernel is asked for its source. */
const rest = 150;

/** The patch at the cursor: enlarged, what is known of it, and its place on the image it was cut from. */
export class PatchDetail {
  readonly node: HTMLElement;
  private readonly enlarged = element("canvas", { role: "img", className: "histobook-grid-patch" });
  private readonly name = element("strong");
  private readonly facts = element("dl", { className: "histobook-facts" });
  private readonly place = element("canvas", { role: "img", hidden: true });
  private readonly said = element("p", { className: "histobook-note", role: "status" });
  private turn = 0;
  private timer = 0;

  constructor(
    private readonly model: GridModel,
    private readonly sheets: TileSheets,
    private readonly tile: number,
    private readonly line: Line,
    private readonly translation: Translation,
  ) {
    this.node = element("div", { className: "histobook-grid-detail" }, [
      this.enlarged,
      this.name,
      this.facts,
      this.place,
      this.said,
    ]);
  }

  /** Shows the patch at the cursor; `ask` for its source too, which arrives when the cursor rests. */
  show({ ask }: { ask: boolean }): void {
    const { model, translation } = this;
    const turn = ++this.turn;
    clearTimeout(this.timer);
    this.place.hidden = true;
    this.enlarged.hidden = model.shown.length === 0;
    if (model.shown.length === 0) {
      this.name.textContent = "";
      this.facts.replaceChildren();
      this.said.textContent = translation.__("No patch is shown: take another filter.");
      return;
    }
    const row = model.shown[model.cursor];
    const name = patchName(model.facts, model.table, row);
    this.name.textContent = name;
    this.enlarged.ariaLabel = translation.__("Patch %1, enlarged", name);
    this.facts.replaceChildren(
      ...patchFacts(model.facts, model.table, row, translation).flatMap(([term, value]) => [
        element("dt", {}, [term]),
        element("dd", {}, [value]),
      ]),
    );
    this.drawTile(model.patchAt(model.cursor));
    if (!ask) {
      this.said.textContent = translation.__("Point at a patch to see where it was cut.");
      return;
    }
    const obstacle = this.line.obstacle();
    this.said.textContent =
      obstacle === null
        ? translation.__("Asking the kernel for the image …")
        : translation.__("The image it was cut from is with the kernel. %1", obstacle);
    if (obstacle !== null) return;
    this.timer = window.setTimeout(() => void this.ask(model.patchAt(model.cursor), turn, name), rest);
  }

  /** A picture has come that may be the one at the cursor. */
  arrived(): void {
    if (this.place.hidden && this.model.shown.length > 0) {
      this.drawTile(this.model.patchAt(this.model.cursor));
    }
  }

  dispose(): void {
    this.turn++;
    clearTimeout(this.timer);
  }

  private async ask(patch: number, turn: number, name: string): Promise<void> {
    try {
      const source = await decodeSource(await this.line.call("source", { patch }), this.model.facts.size);
      if (turn === this.turn) {
        this.draw(source.patch, 0, 0, source.patch.width);
        drawPlace(this.place, source, width);
        this.place.ariaLabel = this.translation.__("Where patch %1 was cut", name);
        this.place.hidden = false;
        this.said.textContent =
          source.mask === null
            ? this.translation.__("The white frame is the patch; this image has no mask.")
            : this.translation.__("The white frame is the patch, the blue line the mask.");
      }
      source.patch.close();
      source.image.close();
    } catch (error) {
      if (turn === this.turn) this.said.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  private drawTile(patch: number): void {
    const tile = this.sheets.find(patch);
    if (tile) this.draw(tile.sheet, tile.x, tile.y, this.tile);
    else this.enlarged.getContext("2d")?.clearRect(0, 0, this.enlarged.width, this.enlarged.height);
  }

  private draw(picture: ImageBitmap, x: number, y: number, side: number): void {
    this.enlarged.width = side;
    this.enlarged.height = side;
    this.enlarged.getContext("2d")?.drawImage(picture, x, y, side, side, 0, 0, side, side);
  }
}
