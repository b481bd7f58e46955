import type { MapTask } from "./mapMode.js";

/** Rows and columns of pixels, one of each a pixel. */
export interface PixelList {
  rows: Uint32Array;
  columns: Uint32Array;
}

/**
 * The pixels at some places of a task's grid.
 *
 * @param places row of the grid * number of its columns + column; undefined takes all
 */
export function pixelsAt(
  { rows, columns }: Pick<MapTask, "rows" | "columns">,
  places?: Uint32Array,
): PixelList {
  const count = places?.length ?? rows.length * columns.length;
  const list = { rows: new Uint32Array(count), columns: new Uint32Array(count) };
  for (let n = 0; n < count; n++) {
    const place = places ? places[n] : n;
    list.rows[n] = rows[Math.floor(place / columns.length)];
    list.columns[n] = columns[place % columns.length];
  }
  return list;
}
