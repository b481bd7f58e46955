import type { Line } from "../live/kernel-line.js";
import { actionButton } from "./action-button.js";

/**
 * A button that sends something to the kernel, and below it what came of it. Where the kernel can't be reached it says
 * why in place of sending.
 */
export function sendButton(options: {
  label: string;
  line: Line;
  /** Sends, and gives the sentence that says what has happened. */
  send: () => Promise<string>;
}): HTMLElement {
  return actionButton(options.label, async () => options.line.obstacle() ?? (await options.send()));
}
