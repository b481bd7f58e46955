import { createRequire } from "node:module";
import type { Bundle } from "./bundle.js";

/** What a notebook kernel takes from us: a bundle, and whether it replaces the output of the same id. */
type WriteOutput = (output: Bundle & { transient: { display_id?: string } }, update: boolean) => void;

/**
 * Shows a bundle below the notebook's cell; outside of a notebook its text goes to standard output.
 *
 * @example
 * display(await showCases(study));
 */
export function display(bundle: Bundle): void {
  const write = kernelOutput();
  if (write) write({ data: bundle.data, metadata: bundle.metadata, transient: {} }, false);
  else process.stdout.write(`${String(bundle.data["text/plain"])}\n`);
}

/**
 * Shows bundles one after another in the same place; undefined outside of a notebook.
 *
 * @param id of the output, unique in the notebook
 */
export function displayInPlace(id: string): ((bundle: Bundle) => void) | undefined {
  if (!kernelOutput()) return undefined;
  let shown = false;
  return ({ data, metadata }) => {
    kernelOutput()?.({ data, metadata, transient: { display_id: id } }, shown);
    shown = true;
  };
}

/**
 * The running tslab kernel's own output function.
 *
 * `require("tslab")` from a library may load a second copy that knows no kernel, so the live module is looked up
 * among those that are loaded; and tslab's public function sends one MIME type at a time, where a bundle needs all.
 */
function kernelOutput(): WriteOutput | undefined {
  const { cache } = createRequire(__filename);
  for (const [path, module] of Object.entries(cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const { lastWriteDisplayData: write } = module?.exports as { lastWriteDisplayData?: WriteOutput | null };
    if (write) return write;
  }
  return undefined;
}
