import { element } from "../element.js";
import type { Line } from "../live/kernel-line.js";

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
  const said = element("p", { className: "histobook-said", role: "status" });
  const button = element("button", { type: "button", className: "histobook-button" }, [options.label]);
  button.addEventListener("click", () => {
    const obstacle = options.line.obstacle();
    if (obstacle !== null) {
      said.textContent = obstacle;
      return;
    }
    options.send().then(
      (sentence) => (said.textContent = sentence),
      (error: unknown) => (said.textContent = error instanceof Error ? error.message : String(error)),
    );
  });
  return element("div", { className: "histobook-send" }, [button, said]);
}
