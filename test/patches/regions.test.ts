import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dilate, findRegions, whitePixels } from "histobook";
import { plain, rectangle } from "../study/pictures.js";

const region = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      data: fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height }),
    }),
  );

test("dilate() marks what has a marked pixel within so many steps in all eight directions", () => {
  fc.assert(
    fc.property(region, fc.nat(4), ({ width, height, data }, steps) => {
      const near = Uint8Array.from(data, (_, i) => {
        const x = i % width;
        const y = Math.floor(i / width);
        for (let dy = -steps; dy <= steps; dy++) {
          for (let dx = -steps; dx <= steps; dx++) {
            const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
            if (inside && data[i + dy * width + dx]) return 1;
          }
        }
        return 0;
      });
      expect(dilate(data, width, height, steps)).toEqual(near);
    }),
  );
});

describe("findRegions()", () => {
  // 20 x 20 with an epithelium square from 8 to 11; all of it tissue, but for what a test paints white.
  const mask = rectangle(20, 20, [8, 8, 12, 12]);
  const at = (x: number, y: number) => y * 20 + x;
  const tissueWithWhite = (...white: [number, number][]) => {
    const image = plain(20, 20, 120);
    for (const [x, y] of white) image.data.fill(255, at(x, y) * 3, at(x, y) * 3 + 3);
    return image;
  };
  const distance = (i: number) => {
    const [x, y] = [i % 20, Math.floor(i / 20)];
    return Math.max(8 - x, x - 11, 8 - y, y - 11, 0);
  };

  test("takes the mask as positive, 1 and 2 pixels outside it as edge, 4 and more as background", () => {
    const { p, e, b } = findRegions(tissueWithWhite(), mask, 0.8);
    for (let i = 0; i < 400; i++) {
      const away = distance(i);
      expect([p[i], e[i], b[i]], `pixel ${i}, ${away} away`).toEqual([
        Number(away === 0),
        Number(away === 1 || away === 2),
        Number(away > 3),
      ]);
    }
  });

  test("leaves white pixels out of all three regions, and keeps them in the edge when asked as the original does", () => {
    const image = tissueWithWhite([9, 9], [7, 9], [2, 2]);
    const mended = findRegions(image, mask, 0.8);
    expect([mended.p[at(9, 9)], mended.e[at(7, 9)], mended.b[at(2, 2)]]).toEqual([0, 0, 0]);
    const original = findRegions(image, mask, 0.8, "keep");
    expect([original.p[at(9, 9)], original.e[at(7, 9)], original.b[at(2, 2)]]).toEqual([0, 1, 0]);
  });

  test("measures the background's distance from stained epithelium, the edge's from the mask", () => {
    // The mask's left column is white, so the nearest epithelium of row 9 starts at x = 9.
    const image = tissueWithWhite([8, 8], [8, 9], [8, 10], [8, 11]);
    const { e, b } = findRegions(image, mask, 0.8);
    expect([b[at(5, 9)], b[at(6, 9)]]).toEqual([1, 0]);
    expect([e[at(6, 9)], e[at(7, 9)], e[at(8, 9)]]).toEqual([1, 1, 0]);
  });
});

test("whitePixels() rounds grey to 8 bits before it compares: 204 is 0.8 of 255 and not white, 205 is", () => {
  expect([...whitePixels(plain(1, 1, 204), 0.8), ...whitePixels(plain(1, 1, 205), 0.8)]).toEqual([0, 1]);
  // 0.299 * 203 + 0.587 * 205 + 0.114 * 205 = 204.4, which is rounded down to 204.
  const colour = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(203, 205, 205) };
  expect([...whitePixels(colour, 0.8)]).toEqual([0]);
});

test("whitePixels() weighs green most and blue least", () => {
  const grey = (r: number, g: number, b: number) => {
    const pixel = { width: 1, height: 1, channels: 3 as const, data: Uint8Array.of(r, g, b) };
    for (let level = 0; level < 255; level++) if (whitePixels(pixel, level / 255)[0] === 0) return level;
    return 255;
  };
  expect([grey(255, 0, 0), grey(0, 255, 0), grey(0, 0, 255)]).toEqual([76, 150, 29]);
});
