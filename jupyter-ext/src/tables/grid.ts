import { keepKeys } from "../controls/keyboard.js";
import { element } from "../element.js";
import { gridStep, type GridPlace } from "./grid-keys.js";

/** A cell as it is drawn. */
export interface GridCell {
  text: string;
  /** Stands in the cell beside the text. */
  content?: HTMLElement;
  /** What is read out in place of the text, where the text is a sign. */
  label?: string;
  /** Becomes `data-look`, for its colours. */
  look?: string;
  /** A row's or a column's heading. */
  heading?: "row" | "col";
}

/**
 * A table in which one cell at a time can have the focus and the arrow keys move it; `onPlace` is called with the cell that
 * is focused or pointed at.
 */
export function grid(options: {
  label: string;
  rows: readonly (readonly GridCell[])[];
  onPlace: (place: GridPlace) => void;
}): HTMLElement {
  const { rows, onPlace } = options;
  const cells = rows.map((row) => row.map(cellElement));
  const places = new Map<EventTarget, GridPlace>();
  cells.forEach((row, r) => row.forEach((cell, column) => places.set(cell, { row: r, column })));
  const lines = cells.map((row) => element("tr", { role: "row" }, row));
  const table = element("table", { className: "histobook-grid", role: "grid", ariaLabel: options.label }, [
    element("thead", { role: "rowgroup" }, lines.slice(0, 1)),
    element("tbody", { role: "rowgroup" }, lines.slice(1)),
  ]);
  let current: HTMLElement = cells[0][0];
  current.tabIndex = 0;
  const placeOf = (event: Event): GridPlace | undefined =>
    event.target instanceof Element
      ? places.get(event.target.closest("[role=gridcell],[role=rowheader],[role=columnheader]") ?? table)
      : undefined;
  table.addEventListener("focusin", (event) => {
    const place = placeOf(event);
    if (!place) return;
    current.tabIndex = -1;
    current = cells[place.row][place.column];
    current.tabIndex = 0;
    onPlace(place);
  });
  table.addEventListener("pointerover", (event) => {
    const place = placeOf(event);
    if (place) onPlace(place);
  });
  table.addEventListener("keydown", (event) => {
    const from = placeOf(event);
    const to = from && gridStep(from, event.key, cells.length, cells[0].length);
    if (!to) return;
    event.preventDefault();
    cells[to.row][to.column].focus();
  });
  return element("div", { className: "histobook-grid-scroll" }, [table]);
}

function cellElement({ text, content, label, look, heading }: GridCell): HTMLElement {
  const inside = content ? [text, content] : [text];
  const cell = heading ? element("th", { scope: heading }, inside) : element("td", {}, inside);
  cell.role = heading === undefined ? "gridcell" : heading === "row" ? "rowheader" : "columnheader";
  cell.tabIndex = -1;
  if (label !== undefined) cell.ariaLabel = label;
  if (look !== undefined) cell.dataset.look = look;
  return keepKeys(cell);
}
