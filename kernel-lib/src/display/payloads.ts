/**
 * What travels from the library to the JupyterLab extension, one schema a view.
 *
 * Both sides import this file (`histobook/payloads`), so a payload that the library can write is one that
 * the extension can read. It must stay free of Node's own modules: it is bundled for the browser.
 */
import * as z from "zod/mini";

/** The MIME type of a view's payload, e.g. `application/vnd.histobook.patch-grid.v1+json`. */
export function viewMimeType(view: ViewName): string {
  return `application/vnd.histobook.${view}.v1+json`;
}

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

const pngDataUrl = z.string().check(z.regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/));

/** A probability map over its image: all pictures are PNG data URLs of the same width and height (pixels). */
export const probabilityMapSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  width: z.int().check(z.positive()),
  height: z.int().check(z.positive()),
  /** The H&E image at the working size, RGB. */
  image: pngDataUrl,
  /** 8-bit grey: 255 times the probability of epithelium. */
  probability: pngDataUrl,
  /** 8-bit grey: 255 where a pathologist marked epithelium; null where nobody did. */
  mask: z.nullable(pngDataUrl),
  fold: z.nullable(z.int()),
  /** A test patient's map may be looked at, but its threshold may not be chosen on it. */
  role: z.enum(["test", "validation", "unlabelled"]),
  threshold: z.number().check(z.minimum(0), z.maximum(1)),
});

/** The payload of the `probability-map` view. */
export type ProbabilityMapPayload = z.infer<typeof probabilityMapSchema>;
