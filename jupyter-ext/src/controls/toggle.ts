import { element } from "../element.js";
import { keepKeys } from "./keyboard.js";
import { labelParts } from "./label.js";

/** A labelled check box; one that is not available is greyed out, and its label should say why. */
export function toggle(options: {
  name: string;
  label: string;
  /** CSS colour of the line that is switched. */
  colour?: string;
  value: boolean;
  available: boolean;
  onChange: (value: boolean) => void;
}): HTMLElement {
  const input = keepKeys(
    element("input", {
      type: "checkbox",
      name: options.name,
      checked: options.value && options.available,
      disabled: !options.available,
    }),
  );
  input.addEventListener("change", () => options.onChange(input.checked));
  return element("label", { className: "histobook-toggle" }, [
    input,
    element("span", { className: "histobook-toggle-label" }, labelParts(options.label, options.colour)),
  ]);
}
