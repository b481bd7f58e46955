import { everything, matchingRows, type PatchFilter } from "./filter.js";
import { sortRows, type PatchOrder } from "./sort.js";
import type { GridFacts, PatchTable } from "./table.js";

/** What a grid shows and what is chosen in it. A place counts the tiles as they are shown; a patch is known by its number. */
export class GridModel {
  filter: PatchFilter = everything;
  order: PatchOrder = "name";
  /** The rows of the table that are shown, in their order. */
  shown: Uint32Array = new Uint32Array();
  /** The place on which the keyboard stands. */
  cursor = 0;
  /** Numbers of the selected patches. */
  readonly selected = new Set<number>();
  private anchor = 0;

  constructor(
    readonly facts: GridFacts,
    public table: PatchTable,
  ) {
    this.arrange({});
  }

  /** The number of the patch at a place. */
  patchAt(place: number): number {
    return this.table.patch[this.shown[place]];
  }

  /** Filters and sorts anew, and keeps the cursor on its patch where that is still shown. */
  arrange(change: { table?: PatchTable; filter?: PatchFilter; order?: PatchOrder }): void {
    const before = this.shown.length > 0 ? this.patchAt(this.cursor) : null;
    Object.assign(this, change);
    this.shown = sortRows(this.table, matchingRows(this.facts, this.table, this.filter), this.order);
    const after = before === null ? -1 : this.shown.findIndex((row) => this.table.patch[row] === before);
    this.cursor = Math.max(0, after);
    this.anchor = this.cursor;
  }

  /**
   * Moves the cursor as a key says; says whether it is such a key.
   *
   * @param extend select all from where the selection began
   * @param page rows that are seen at once
   */
  move(key: string, extend: boolean, columns: number, page: number): boolean {
    const last = this.shown.length - 1;
    const steps: { readonly [key: string]: number } = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      PageUp: -columns * page,
      PageDown: columns * page,
      Home: -Infinity,
      End: Infinity,
    };
    if (!Object.hasOwn(steps, key)) return false;
    if (last < 0) return true;
    const wanted = this.cursor + steps[key];
    // Up and down stay in their column; they don't end at the grid's first or last tile.
    const stays = Math.abs(steps[key]) === columns && (wanted < 0 || wanted > last);
    if (!stays) this.cursor = Math.min(Math.max(wanted, 0), last);
    if (extend) this.selectTo(this.cursor);
    else this.anchor = this.cursor;
    return true;
  }

  /** Puts the cursor on a place. */
  go(place: number): void {
    this.cursor = place;
    this.anchor = place;
  }

  /** Selects the patch at a place, or takes it out of the selection. */
  toggle(place: number): void {
    const patch = this.patchAt(place);
    if (!this.selected.delete(patch)) this.selected.add(patch);
    this.go(place);
  }

  /** Selects everything between where the selection began and a place. */
  selectTo(place: number): void {
    const [from, to] = [Math.min(this.anchor, place), Math.max(this.anchor, place)];
    for (let one = from; one <= to; one++) this.selected.add(this.patchAt(one));
    this.cursor = place;
  }

  /** Selects all that are shown. */
  selectShown(): void {
    for (let place = 0; place < this.shown.length; place++) this.selected.add(this.patchAt(place));
  }
}
