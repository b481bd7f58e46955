import { element } from "../element.js";

/** A button, and below it the sentence that says what came of it, or why nothing did. */
export function actionButton(label: string, act: () => Promise<string>): HTMLElement {
  const said = element("p", { className: "histobook-said", role: "status" });
  const button = element("button", { type: "button", className: "histobook-button" }, [label]);
  button.addEventListener("click", () => {
    act().then(
      (sentence) => (said.textContent = sentence),
      (error: unknown) => (said.textContent = error instanceof Error ? error.message : String(error)),
    );
  });
  return element("div", { className: "histobook-send" }, [button, said]);
}
