import { inspect } from "node:util";
import type { MimeData } from "../foundation/notebook.js";

/**
 * The hook by which a value says how it is shown: a method that returns its forms by MIME type, or a promise of them.
 * The name is Deno's, so that one class serves both kernels.
 */
export const displayHook = Symbol.for("Jupyter.display");

/**
 * A value's forms by MIME type: what its `Symbol.for("Jupyter.display")` method returns, else its text as Node prints it.
 * Bytes become base64, as Jupyter has them.
 */
export function representationOf(value: unknown): MimeData | Promise<MimeData> {
  const hook = hookOf(value);
  if (!hook)
    return { "text/plain": typeof value === "string" ? inspect(value) : inspect(value, { depth: 4 }) };
  const data = hook.call(value);
  return data instanceof Promise ? data.then((made) => encoded(made as MimeData)) : encoded(data as MimeData);
}

function hookOf(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const hook: unknown = (value as { [displayHook]?: unknown })[displayHook];
  return typeof hook === "function" ? (hook as () => unknown) : undefined;
}

function encoded(data: MimeData): MimeData {
  return Object.fromEntries(
    Object.entries(data).map(([type, form]) => [
      type,
      form instanceof Uint8Array ? Buffer.from(form).toString("base64") : form,
    ]),
  );
}
