/** A cell of a table by its row and column, both from 0. */
export interface GridPlace {
  row: number;
  column: number;
}

/** The cell to which a key leads in a grid of so many rows and columns; null for other keys. */
export function gridStep(
  { row, column }: GridPlace,
  key: string,
  rows: number,
  columns: number,
): GridPlace | null {
  const to = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
    PageUp: { row: row - 10, column },
    PageDown: { row: row + 10, column },
  }[key];
  if (to === undefined) return null;
  return {
    row: Math.min(rows - 1, Math.max(0, to.row)),
    column: Math.min(columns - 1, Math.max(0, to.column)),
  };
}
