import { element } from "../element.js";
import { keepKeys } from "./keyboard.js";
import { uniqueId } from "./unique-id.js";

/** A labelled slider from 0 to 1; `name` tells it from others in its view. */
export function slider(options: {
  name: string;
  label: string;
  value: number;
  /** The value in words, shown beside the label and read out. */
  format: (value: number) => string;
  onChange: (value: number) => void;
}): HTMLElement {
  const id = uniqueId(options.name);
  const input = keepKeys(
    element("input", { type: "range", id, name: options.name, min: "0", max: "1", step: "0.01" }),
  );
  input.value = String(options.value);
  const shown = element("span", { className: "histobook-value" });
  const show = (): void => {
    const text = options.format(input.valueAsNumber);
    shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  input.addEventListener("input", () => {
    show();
    options.onChange(input.valueAsNumber);
  });
  show();
  return element("div", { className: "histobook-control" }, [
    element("label", { htmlFor: id }, [options.label]),
    shown,
    input,
  ]);
}
