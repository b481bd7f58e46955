/** A count with its thousands apart, e.g. "12,345". */
export function thousands(value: number): string {
  return value.toLocaleString("en-US");
}
