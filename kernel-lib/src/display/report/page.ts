import { html, type Html, type HtmlValue } from "../html.js";

/** Looks of the page; nothing else comes from outside. */
const style = `
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 75rem; margin: 0 auto; padding: 1rem 1.5rem; }
h1 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #bbb; }
p, li { max-width: 50rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; margin: .5rem 0 1.5rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { padding: .2rem .7rem; text-align: right; white-space: nowrap; vertical-align: top; }
th:first-child, td.words { text-align: left; }
thead th { border-bottom: 1px solid #1a1a1a; vertical-align: bottom; }
tbody th { font-weight: normal; }
tbody tr:nth-child(even) { background: #f3f3f3; }
small { color: #555; }
figure { margin: 0 0 1.5rem; }
figcaption { font-size: .875rem; max-width: 50rem; }
img { max-width: 100%; height: auto; }
.pictures { display: flex; gap: .5rem; }
.pictures img { width: calc(50% - .25rem); max-width: 28rem; }
.pictures img:only-child { width: auto; max-width: 100%; }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 0 1.5rem; }
.charts { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.swatch { display: inline-block; width: .8em; height: .8em; border: 1px solid #555; vertical-align: -.05em; }
`;

/**
 * A whole HTML page that needs nothing but itself: no script, nothing from a network (its policy forbids both).
 *
 * @param heading the page's title and first heading
 */
export function page(heading: string, content: readonly Html[]): string {
  const body = html`<h1>${heading}</h1>
    ${content}`;
  // Not through `html`: a style sheet is no text, and ours is a constant.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${html`${heading}`.text}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.text}
</main>
</body>
</html>
`;
}

/** A part of the page with its heading. */
export function section(heading: string, content: readonly Html[]): Html {
  return html`<section>
    <h2>${heading}</h2>
    ${content}
  </section>`;
}

/**
 * A table that a screen reader can tell: a caption, a header for each column, and one for each row, its first cell. What is
 * wider than the page is scrolled by itself, with the keyboard, too.
 */
export function reportTable(
  caption: string,
  header: readonly HtmlValue[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const head = header.map((cell) => html`<th scope="col">${cell}</th>`);
  const body = rows.map(
    ([first, ...cells]) =>
      html`<tr>
        <th scope="row">${first}</th>
        ${cells.map((cell) => html`<td>${cell}</td>`)}
      </tr> `,
  );
  return html`<div class="wide" role="region" tabindex="0" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** Pictures with words below them. */
export function reportFigure(pictures: readonly Html[], caption: HtmlValue): Html {
  return html`<figure>
    <div class="pictures">${pictures}</div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

/** A drawing as a picture of the page, with what it shows in words. */
export function svgFigure(svg: string, alternative: string, caption: HtmlValue): Html {
  const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  return reportFigure([html`<img src="${url}" alt="${alternative}" />`], caption);
}
