import fc from "fast-check";
import { expect, test } from "vitest";
import { applyThreshold, contoursOf, type Polygon } from "../../kernel-lib/dist/output/index.js";

/** Whether a point lies inside: a line to the left crosses its borders an odd number of times. */
function isInside(polygon: Polygon, x: number, y: number): boolean {
  let crossings = 0;
  for (const line of polygon)
    for (let i = 1; i < line.length; i++) {
      const [[x1, y1], [x2, y2]] = [line[i - 1], line[i]];
      if (y1 > y !== y2 > y && x1 + ((y - y1) / (y2 - y1)) * (x2 - x1) < x) crossings++;
    }
  return crossings % 2 === 1;
}

const maps = fc
  .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      levels: fc.uint8Array({ minLength: width * height, maxLength: width * height }),
    }),
  );

test("contours hold exactly the pixels that the threshold calls epithelium, each in one region", async () => {
  await fc.assert(
    fc.asyncProperty(maps, fc.integer({ min: 0, max: 254 }), async (map, below) => {
      // Between two levels, so that no border runs through a pixel's middle.
      const threshold = (below + 0.5) / 255;
      const polygons = await contoursOf(map, threshold);
      const region = applyThreshold(map, threshold);
      region.forEach((value, i) => {
        const [y, x] = [Math.floor(i / map.width), i % map.width];
        const holding = polygons.filter((polygon) => isInside(polygon, x + 0.5, y + 0.5));
        expect(holding.length).toBe(value);
      });
      for (const line of polygons.flat()) {
        expect(line.at(-1)).toEqual(line[0]);
        expect(line.every(([x, y]) => x >= 0 && y >= 0 && x <= map.width && y <= map.height)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});
