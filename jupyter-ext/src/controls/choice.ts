import { element } from "../element.js";
import { keepKeys } from "./keyboard.js";
import { labelParts } from "./label.js";
import { uniqueId } from "./unique-id.js";

/** A labelled list of which one is chosen. */
export function choice<Value extends string>(options: {
  name: string;
  label: string;
  /** CSS colour of the line that the choice is about. */
  colour?: string;
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}): HTMLElement {
  const id = uniqueId(options.name);
  const select = keepKeys(
    element(
      "select",
      { id, name: options.name },
      options.choices.map(({ value, label }) => element("option", { value }, [label])),
    ),
  );
  select.value = options.value;
  select.addEventListener("change", () => options.onChange(select.value as Value));
  return element("div", { className: "histobook-control" }, [
    element("label", { htmlFor: id }, labelParts(options.label, options.colour)),
    select,
  ]);
}
