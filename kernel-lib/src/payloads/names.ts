/** The views that the library displays, in the order of the tutorial's steps. */
export const viewNames = [
  "cases",
  "patch-grid",
  "fold-summary",
  "database-summary",
  "network",
  "training-curve",
  "probability-map",
  "evaluation",
] as const;

/** One of the eight displays, named as in its MIME type. */
export type ViewName = (typeof viewNames)[number];

/** The MIME type of a view's payload, e.g. `application/vnd.histobook.patch-grid.v1+json`. */
export function viewMimeType(view: ViewName): string {
  return `application/vnd.histobook.${view}.v1+json`;
}
