/** What cells have without an import; see `display` and `prompt` of the library. */
import type { DisplayOptions } from "../foundation/notebook.js";

declare global {
  /**
   * Shows a value below the cell: by its `Symbol.for("Jupyter.display")` method, else as Node prints it.
   *
   * @param options `id` names the output; `update` replaces the outputs of that name
   */
  function display(value: unknown, options?: DisplayOptions): void;

  /**
   * Asks the notebook's reader for a line of text.
   *
   * @param options `password` hides what is typed
   */
  function prompt(question?: string, options?: { password?: boolean }): Promise<string>;
}
