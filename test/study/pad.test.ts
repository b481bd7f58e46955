import fc from "fast-check";
import { expect, test } from "vitest";
import { mirrorIndex, padSymmetric } from "../../kernel-lib/src/study/index.js";
import { tissue } from "./pictures.js";

/** Walks from 0 to the index and turns round at the borders, where it stands still for one step. */
function walk(index: number, length: number): number {
  let position = 0;
  let direction = Math.sign(index);
  for (let step = 0; step < Math.abs(index); step++) {
    if (position + direction < 0 || position + direction >= length) direction = -direction;
    else position += direction;
  }
  return position;
}

test("mirrorIndex() is a walk that turns at the borders and repeats the border pixel", () => {
  fc.assert(
    fc.property(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 20 }), (index, length) => {
      expect(mirrorIndex(index, length)).toBe(walk(index, length));
    }),
  );
});

test("padSymmetric() shows at each pixel what mirrorIndex() says, for margins larger than the image too", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 15 }), (width, height, margin) => {
      const image = tissue(width, height);
      const padded = padSymmetric(image, margin);
      expect([padded.width, padded.height]).toEqual([width + 2 * margin, height + 2 * margin]);
      for (let y = 0; y < padded.height; y++) {
        for (let x = 0; x < padded.width; x++) {
          const source = mirrorIndex(y - margin, height) * width + mirrorIndex(x - margin, width);
          const pixel = (y * padded.width + x) * 3;
          expect(padded.data.slice(pixel, pixel + 3)).toEqual(image.data.slice(source * 3, source * 3 + 3));
        }
      }
    }),
    { numRuns: 30 },
  );
});
