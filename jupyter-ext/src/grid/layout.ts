/** Pixels between tiles. */
const gap = 4;

/** Where the tiles of a grid stand, in CSS pixels from its top left corner. */
export interface GridLayout {
  readonly count: number;
  readonly columns: number;
  /** Of a tile. */
  readonly side: number;
  /** From one tile's edge to the next one's. */
  readonly pitch: number;
  /** Of all rows together. */
  readonly height: number;
}

/** Lays out as many columns as there is room for. */
export function gridLayout(count: number, width: number, side: number): GridLayout {
  const pitch = side + gap;
  const columns = Math.max(1, Math.floor((width - gap) / pitch));
  return { count, columns, side, pitch, height: Math.ceil(count / columns) * pitch + gap };
}

/** The places [first, end) of the tiles of which something is seen between two heights. */
export function visiblePlaces(layout: GridLayout, top: number, height: number): [first: number, end: number] {
  const { count, columns, pitch } = layout;
  const firstRow = Math.max(0, Math.floor((top - gap) / pitch));
  const endRow = Math.max(firstRow, Math.ceil((top + height) / pitch));
  return [Math.min(firstRow * columns, count), Math.min(endRow * columns, count)];
}

/** The top left corner of the tile at a place. */
export function cornerOf({ columns, pitch }: GridLayout, place: number): { x: number; y: number } {
  return { x: gap + (place % columns) * pitch, y: gap + Math.floor(place / columns) * pitch };
}

/** The place of the tile at a point; null between tiles and outside. */
export function placeAt({ count, columns, side, pitch }: GridLayout, x: number, y: number): number | null {
  const [left, top] = [x - gap, y - gap];
  const [column, row] = [Math.floor(left / pitch), Math.floor(top / pitch)];
  if (column < 0 || column >= columns || row < 0) return null;
  if (left - column * pitch >= side || top - row * pitch >= side) return null;
  const place = row * columns + column;
  return place < count ? place : null;
}

/** The scroll position nearest to the present one that shows a whole tile. */
export function scrollTo(layout: GridLayout, place: number, top: number, height: number): number {
  const { y } = cornerOf(layout, place);
  return Math.min(Math.max(top, y + layout.side + gap - height), y - gap);
}
