/**
 * Leaves an element's keys to itself while it has the focus.
 *
 * JupyterLab would take the arrow keys to move to another cell: its shortcuts select `:focus`, so the attribute must
 * stand on the very element that has the focus; on an ancestor it comes too late.
 */
export function keepKeys<Kind extends HTMLElement>(focusable: Kind): Kind {
  focusable.dataset.lmSuppressShortcuts = "true";
  return focusable;
}
