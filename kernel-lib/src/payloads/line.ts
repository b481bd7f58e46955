import * as z from "zod/mini";
import { count } from "./pieces.js";

/**
 * What goes over the line between a view and the kernel that made its display: the view calls, and the kernel answers each
 * call once. The line is a Jupyter comm which the view opens when its user first
 * asks for something.
 */

/** The comm target at which the library listens. */
export const lineTarget = "histobook.display";

/** The first message: which display the view shows. */
export const lineOpening = z.object({ display: z.string() });

/** From the view: call number `call` (counted by the view) of the function `name`. */
export const lineCall = z.object({ call: count, name: z.string(), body: z.unknown() });

/** From the kernel: a call's answer, or the sentence that says why there is none. */
export const lineReply = z.union([
  z.object({ call: count, answer: z.unknown() }),
  z.object({ call: count, problem: z.string() }),
]);

/** See `lineCall`. */
export type LineCall = z.infer<typeof lineCall>;

/** See `lineReply`. */
export type LineReply = z.infer<typeof lineReply>;
