/** Markup that is known to be safe: it can only come from `html`, which escapes what is put into it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text is escaped, markup and lists of markup are taken as they are. */
export type HtmlValue = string | number | Html | readonly Html[];

/**
 * Writes markup from a template literal. Names of patients and files become text, whatever they hold.
 *
 * @example
 * html`<b>${"a < b"}</b>`.text; // => "<b>a &lt; b</b>"
 */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  const pieces = parts.map((part, i) => part + (i < values.length ? markup(values[i]) : ""));
  return new Html(pieces.join(""));
}

/**
 * Text that means the same in markup and in attributes.
 *
 * @example
 * escapeHtml(`"<&>'`); // => "&quot;&lt;&amp;&gt;&#39;"
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function markup(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escapeHtml(String(value));
}
