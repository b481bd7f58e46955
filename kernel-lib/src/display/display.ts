import { createRequire } from "node:module";
import { inspect } from "node:util";
import { notebookKernel, type MimeData, type DisplayOptions } from "../foundation/index.js";
import type { Bundle } from "./bundle.js";
import { representationOf } from "./representation.js";

/** What a stock tslab kernel takes: a bundle, and whether it replaces the output of the same id. */
type WriteOutput = (output: Bundle & { transient: { display_id?: string } }, update: boolean) => void;

/**
 * Shows a value below the notebook's cell; outside of a notebook its text goes to standard output.
 *
 * A value says how it is shown by a method named `Symbol.for("Jupyter.display")`, which returns its forms by MIME type or
 * a promise of them (Deno's convention); any other value is shown as Node prints it. A cell's last
 * expression is shown in the same way.
 *
 * @param options `id` names the output, and `update` replaces the outputs of that name, in whichever cell
 * @example
 * display(await showCases(study));
 * display({ [Symbol.for("Jupyter.display")]: () => ({ "text/markdown": "**bold**", "text/plain": "bold" }) });
 */
export function display(value: unknown, options: DisplayOptions = {}): void {
  const data = representationOf(value);
  if (!(data instanceof Promise)) {
    show(data, options);
    return;
  }
  const work = data.then((made) => show(made, options));
  notebookKernel()?.await(work);
}

/**
 * Shows bundles one after another in the same place; undefined outside of a notebook.
 *
 * @param id of the output, unique in the notebook
 */
export function displayInPlace(id: string): ((bundle: Bundle) => void) | undefined {
  if (!notebookKernel() && !stockKernelOutput()) return undefined;
  let update = false;
  return ({ data, metadata }) => {
    show(data, { metadata, id, update });
    update = true;
  };
}

function show(data: MimeData, options: DisplayOptions): void {
  const { metadata = {}, id, update = false } = options;
  const kernel = notebookKernel();
  const stock = kernel ? undefined : stockKernelOutput();
  if (kernel) kernel.show(data, options);
  else if (stock) stock({ data, metadata, transient: { display_id: id } }, update);
  else process.stdout.write(`${text(data)}\n`);
}

function text(data: MimeData): string {
  const plain = data["text/plain"];
  return typeof plain === "string" ? plain : inspect(data);
}

/**
 * A running stock tslab kernel's own output function.
 *
 * `require("tslab")` from a library may load a second copy that knows no kernel, so the live module is looked up
 * among those that are loaded; and tslab's public function sends one MIME type at a time, where a bundle needs all.
 */
function stockKernelOutput(): WriteOutput | undefined {
  const { cache } = createRequire(__filename);
  for (const [path, module] of Object.entries(cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const { lastWriteDisplayData: write } = module?.exports as { lastWriteDisplayData?: WriteOutput | null };
    if (write) return write;
  }
  return undefined;
}
