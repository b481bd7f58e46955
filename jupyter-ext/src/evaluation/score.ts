/** A score with three digits, or a dash where it is not defined. */
export function score(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}
