import { patchTypes, type PatchTable } from "./table.js";

/** In which order patches are shown. */
export type PatchOrder = "name" | "dark" | "bright" | "probable" | "improbable" | "disagreement";

/** Whether an order needs a model's predictions. */
export function needsPredictions(order: PatchOrder): boolean {
  return order === "probable" || order === "improbable" || order === "disagreement";
}

/** Puts rows, which come in the order of their names, into another order; ties keep the order of names. */
export function sortRows(table: PatchTable, rows: Uint32Array, order: PatchOrder): Uint32Array {
  const { brightness, probability } = table;
  if (order === "name" || (needsPredictions(order) && probability === null)) return rows;
  const levels = probability ?? new Int16Array(0);
  switch (order) {
    case "dark":
      return byLevel(rows, (row) => brightness[row]);
    case "bright":
      return byLevel(rows, (row) => 255 - brightness[row]);
    case "probable":
      return byLevel(rows, (row) => (levels[row] < 0 ? last : 255 - levels[row]));
    case "improbable":
      return byLevel(rows, (row) => (levels[row] < 0 ? last : levels[row]));
    case "disagreement":
      return byLevel(rows, (row) => {
        if (levels[row] < 0) return last;
        // How near the prediction is to the label: the farthest come first.
        return patchTypes[table.type[row]] === "p" ? levels[row] : 255 - levels[row];
      });
  }
}

/** The level of patches without a prediction. */
const last = 256;

/** Counts how many rows have each level, 0 to 256, and then knows where each row stands: no comparison, whatever the number. */
function byLevel(rows: Uint32Array, levelOf: (row: number) => number): Uint32Array {
  const starts = new Uint32Array(last + 2);
  for (const row of rows) starts[levelOf(row) + 1]++;
  for (let level = 1; level < starts.length; level++) starts[level] += starts[level - 1];
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[starts[levelOf(row)]++] = row;
  return sorted;
}
