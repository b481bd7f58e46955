import { colours, drawOutline } from "../../kernel-lib/src/study/drawing.js";
import fc from "fast-check";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { html } from "../../kernel-lib/src/display/html.js";
import { sheet } from "../../kernel-lib/src/display/picture.js";
import { fitWithin, pngUrl } from "../../kernel-lib/src/display/png.js";
import { plain, rectangle, tissue } from "../study/pictures.js";

test("any text comes out of the markup as it went in, as content and as attribute", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const page = html`<html>
        <body>
          <p title="${text}">${text}</p>
        </body>
      </html>`.text;
      // A parser reads line ends in its own way; everything else must be the same.
      const seen = (value: string | null | undefined) => (value ?? "").replace(/[\r\0]/g, "");
      const { document } = parseHTML(page);
      const elements = document.querySelectorAll("body *");
      return (
        elements.length === 1 &&
        seen(elements[0].textContent) === seen(text) &&
        seen(elements[0].getAttribute("title")) === seen(text)
      );
    }),
  );
});

test("markup within markup is taken as it is, text is escaped once", () => {
  const inner = [html`<i>${"<"}</i>`, html`<i>${2}</i>`];
  expect(html`<p>${inner}${"&amp;"}</p>`.text).toBe("<p><i>&lt;</i><i>2</i>&amp;amp;</p>");
});

test("drawOutline() marks a region's own border pixels, darkens those round them and leaves the rest", () => {
  const image = plain(9, 9, 200);
  const drawn = drawOutline(image, rectangle(9, 9, [2, 2, 7, 7]).data, colours.mask);
  const pixel = (x: number, y: number) => [...drawn.data.subarray((y * 9 + x) * 3, (y * 9 + x) * 3 + 3)];
  expect(pixel(2, 4)).toEqual([...colours.mask]);
  expect(pixel(1, 4)).toEqual([70, 70, 70]);
  expect(pixel(4, 4)).toEqual([200, 200, 200]);
  expect(pixel(0, 0)).toEqual([200, 200, 200]);
});

test("drawOutline() draws nothing along the image's own border", () => {
  const image = plain(6, 6, 200);
  expect(drawOutline(image, new Uint8Array(36).fill(1), colours.mask).data).toEqual(image.data);
});

test("sheet() puts each picture in its place and leaves white between them", () => {
  const tiles = [10, 20, 30].map((grey) => plain(2, 2, grey));
  const { width, height, data } = sheet(tiles, 2, 1);
  expect([width, height]).toEqual([5, 5]);
  const greys = Array.from({ length: 5 }, (_, y) => [...Array(5).keys()].map((x) => data[(y * 5 + x) * 3]));
  expect(greys).toEqual([
    [10, 10, 255, 20, 20],
    [10, 10, 255, 20, 20],
    [255, 255, 255, 255, 255],
    [30, 30, 255, 255, 255],
    [30, 30, 255, 255, 255],
  ]);
});

test("pngUrl() keeps every pixel of a small picture and stays below a limit with a large one", async () => {
  const noise = tissue(200, 200);
  expect((await pngUrl(noise)).length).toBeGreaterThan(100_000);
  const limited = await pngUrl(noise, { limit: 10_000 });
  expect(Buffer.from(limited.split(",")[1], "base64").length).toBeLessThanOrEqual(10_000);
});

test("fitWithin() keeps proportions and never enlarges", async () => {
  expect(await fitWithin(plain(100, 50, 9), 20)).toMatchObject({ width: 20, height: 10, channels: 3 });
  const small = plain(10, 5, 9);
  expect(await fitWithin(small, 20)).toBe(small);
});
