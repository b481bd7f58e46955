import { element } from "../element.js";

/** What may stand in a cell. */
type Cell = string | readonly (Node | string)[];

/** A table with a heading for each column and, in its first cell, for each row. */
export function table(header: readonly Cell[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const content = (cell: Cell): readonly (Node | string)[] => (typeof cell === "string" ? [cell] : cell);
  const head = header.map((cell) => element("th", { scope: "col" }, content(cell)));
  const body = rows.map(([first, ...others]) =>
    element("tr", {}, [
      element("th", { scope: "row" }, content(first)),
      ...others.map((cell) => element("td", {}, content(cell))),
    ]),
  );
  return element("table", { className: "histobook-table" }, [
    element("thead", {}, [element("tr", {}, head)]),
    element("tbody", {}, body),
  ]);
}
