import { html, type Html, type HtmlValue } from "./html.js";

// Styles stand in the elements: JupyterLab removes <style> from notebooks that the reader has not run yet.
// Colours of text and background are the page's own, so that a dark theme stays dark.

/** Things beside each other, as many a row as there is room for. */
export function row(items: readonly Html[]): Html {
  const cells = items.map(
    (item) => html`<div style="display:inline-block;vertical-align:top;margin:0 10px 8px 0">${item}</div>`,
  );
  return html`<div>${cells}</div>`;
}

/** A picture with words below it. */
export function figure(picture: Html, caption: HtmlValue): Html {
  return html`<div>${picture}</div>
    <div style="font-size:12px;line-height:1.35;margin:3px 0 6px">${caption}</div>`;
}

/** A table with a header row; the first columns, of words, are aligned to the left, the others to the right. */
export function table(
  header: readonly HtmlValue[],
  rows: readonly (readonly HtmlValue[])[],
  columnsOfWords = 1,
): Html {
  const align = (i: number): string => (i < columnsOfWords ? "left" : "right");
  const head = header.map(
    (cell, i) =>
      html`<th style="text-align:${align(i)};padding:3px 10px;border-bottom:1px solid currentColor">
        ${cell}
      </th>`,
  );
  const body = rows.map((cells) => {
    const tags = cells.map(
      (cell, i) => html`<td style="text-align:${align(i)};padding:2px 10px;white-space:nowrap">${cell}</td>`,
    );
    return html`<tr>
      ${tags}
    </tr>`;
  });
  return html`<table style="border-collapse:collapse;font-size:13px;margin:4px 0 8px">
    <thead>
      <tr>
        ${head}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

/** The first line of a display: what it shows. */
export function title(text: HtmlValue): Html {
  return html`<div style="font-weight:600;margin:2px 0 6px">${text}</div>`;
}

/** Small print. */
export function note(text: HtmlValue): Html {
  return html`<div style="font-size:12px;opacity:.8;margin:2px 0;max-width:60em">${text}</div>`;
}

/** A square of a colour, for a legend. */
export function swatch(colour: string): Html {
  return html`<span
    style="display:inline-block;width:11px;height:11px;margin-right:4px;vertical-align:-1px;border:1px solid #888;background-color:${colour}"
  ></span>`;
}

/** 12,345 */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** 0.82, or a dash where a score is not defined. */
export function score(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

/** 12.3 % of a share [0,1]. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A verdict with its sign in front: green and a tick, or red and a cross. */
export function verdictLine(clean: boolean, sentence: string): Html {
  const [colour, sign] = clean ? ["#1b7f3b", "✓"] : ["#b3261e", "✕"];
  return html`<div style="border-left:4px solid ${colour};padding:2px 8px;margin:2px 0 8px">
    <span style="font-weight:600;color:${colour}">${sign}</span> ${sentence}
  </div>`;
}
