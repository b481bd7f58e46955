import { bundle, html, note, title, verdictLine, Html, type Bundle } from "../display/blocks.js";

/** A question with what is looked at. */
export function askPanel(parts: {
  title: string;
  question: string;
  shown: Bundle | undefined;
  form: string;
  hints: number;
}): Bundle {
  const { question, shown, form, hints } = parts;
  const how = `An answer is ${form}: give it to .answer(…). ${hintWords(hints)}`;
  return panel(parts.title, [
    { html: html`<p style="max-width:60em;margin:4px 0 8px">${question}</p>`, text: question },
    ...(shown ? [{ html: markupOf(shown), text: textOf(shown) }] : []),
    { html: note(how), text: how },
  ]);
}

/** What is said of an answer; a right or wrong one has its sign in front. */
export function replyPanel(parts: {
  title: string;
  right: boolean | null;
  words: string;
  after: string;
}): Bundle {
  const { right, words, after } = parts;
  const sign = right === null ? "" : right ? "Right. " : "Not quite. ";
  const line = `${sign}${words}`;
  return panel(parts.title, [
    {
      html:
        right === null ? html`<p style="max-width:60em;margin:4px 0">${line}</p>` : verdictLine(right, line),
      text: line,
    },
    ...(after === "" ? [] : [{ html: note(after), text: after }]),
  ]);
}

/** The hints that were given so far. */
export function hintPanel(parts: { title: string; hints: readonly string[]; left: number }): Bundle {
  const { hints, left } = parts;
  const rest = left > 0 ? `${hintWords(left)}` : "That was the last hint; .reveal() tells the answer.";
  return panel(parts.title, [
    {
      html: html`<ol style="margin:4px 0 8px">
        ${hints.map((hint) => html`<li>${hint}</li>`)}
      </ol>`,
      text: hints.map((hint, i) => `${i + 1}. ${hint}`).join("\n"),
    },
    { html: note(rest), text: rest },
  ]);
}

function hintWords(count: number): string {
  const hints = count === 1 ? "1 hint" : `${count} hints`;
  return `There ${count === 1 ? "is" : "are"} ${hints} at .hint(); .reveal() tells the answer.`;
}

function panel(name: string, parts: readonly { html: Html; text: string }[]): Bundle {
  const heading = `Exercise: ${name}`;
  return bundle({
    html: html`<div style="border:1px solid #888;border-radius:4px;padding:6px 12px;margin:4px 0">
      ${title(heading)}${parts.map((part) => part.html)}
    </div>`,
    text: [heading, ...parts.map(({ text }) => text.replace(/^/gm, "  "))].join("\n"),
  });
}

/** A display's markup, to stand within another; one that has none stands as its text. */
function markupOf({ data }: Bundle): Html {
  const markup = data["text/html"];
  return typeof markup === "string" ? rawMarkup(markup) : html`<pre>${String(data["text/plain"])}</pre>`;
}

function textOf({ data }: Bundle): string {
  return String(data["text/plain"]);
}

/** Markup that another display of this library made, or a teacher: what stands in a notebook is its author's own. */
function rawMarkup(markup: string): Html {
  return new Html(markup);
}
