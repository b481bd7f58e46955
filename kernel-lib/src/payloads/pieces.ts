import * as z from "zod/mini";

/** What several payloads are made of. */

/** A picture that travels in the payload: nothing is ever fetched. */
export const pngDataUrl = z
  .string()
  .check(z.regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/, { error: "a data:image/png;base64 URL" }));

/** The same as a JPEG, for photographs. */
export const jpegDataUrl = z
  .string()
  .check(z.regex(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/, { error: "a data:image/jpeg;base64 URL" }));

/** The same as either. */
export const pictureDataUrl = z.string().check(
  z.regex(/^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+=*$/, {
    error: "a data:image/png;base64 or data:image/jpeg;base64 URL",
  }),
);

/** Pixels a side: far above what an output of 1 MB can hold, and low enough that a browser can decode it. */
export const side = z.int().check(z.positive(), z.maximum(4096));

/** A share or a probability, [0,1]. */
export const share = z.number().check(z.minimum(0), z.maximum(1));

/** How many there are of something. */
export const count = z.int().check(z.minimum(0));

/**
 * The name under which the kernel that made the display can be asked for more; absent in displays that were made outside
 * of the kernel "TypeScript (histobook)".
 */
export const live = z.optional(
  z.string().check(z.regex(/^[0-9a-f-]{36}$/, { error: "a random identifier" })),
);

/** Where what is shown was computed, when it comes from a recording: the view says so above everything else. */
export const recorded = z.optional(z.string().check(z.maxLength(1000)));
