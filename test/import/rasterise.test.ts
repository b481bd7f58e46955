import fc from "fast-check";
import { expect, test } from "vitest";
import { contoursOf } from "histobook";
import { fillArea, type Area } from "../../kernel-lib/dist/import/rasterise.js";

const width = 12;
const height = 9;

function filled(area: Area): Uint8Array {
  const mask = { width, height, channels: 1 as const, data: new Uint8Array(width * height) };
  fillArea(mask, area);
  return mask.data;
}

/** Whether an odd number of borders lies to the left of a point: the textbook's rule, a pixel at a time. */
function isInside(area: Area, x: number, y: number): boolean {
  let inside = false;
  for (const ring of area) {
    ring.forEach(([x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length];
      if (y1 <= y !== y2 <= y && x1 + ((y - y1) * (x2 - x1)) / (y2 - y1) <= x) inside = !inside;
    });
  }
  return inside;
}

// Odd sixteenths are never a pixel's middle in both directions at once, and no sum of them is rounded.
const place = (most: number) => fc.integer({ min: -64, max: 16 * most + 64 }).map((n) => n / 16);
const ring = fc.array(fc.tuple(place(width), place(height)), { minLength: 3, maxLength: 9 });

test("a pixel is marked when its middle lies inside, for any borders and holes, also beyond the image", () => {
  fc.assert(
    fc.property(fc.array(ring, { minLength: 1, maxLength: 3 }), (area) => {
      const marked = filled(area);
      for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          if (isOnBorder(area, x + 0.5, y + 0.5)) continue;
          expect([x, y, marked[i]]).toEqual([x, y, isInside(area, x + 0.5, y + 0.5) ? 1 : 0]);
        }
      }
    }),
  );
});

/** On a border rounding may decide; the next test says what holds there. */
function isOnBorder(area: Area, x: number, y: number): boolean {
  return area.some((ring) =>
    ring.some(([x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length];
      return Math.abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) < 1e-9;
    }),
  );
}

test("of two areas with a common border each pixel gets one, also where a middle lies on it", () => {
  const left: Area = [
    [
      [0, 0],
      [4.5, 0],
      [4.5, 9],
      [0, 9],
    ],
  ];
  const right: Area = [
    [
      [4.5, 0],
      [12, 0],
      [12, 9],
      [4.5, 9],
    ],
  ];
  const [a, b] = [filled(left), filled(right)];
  expect(a.every((value, i) => value + b[i] === 1)).toBe(true);
  expect([a[4], b[4]]).toEqual([0, 1]);
  const upper: Area = [
    [
      [0, 0],
      [12, 0],
      [12, 4.5],
      [0, 4.5],
    ],
  ];
  const lower: Area = [
    [
      [0, 4.5],
      [12, 4.5],
      [12, 9],
      [0, 9],
    ],
  ];
  const [c, d] = [filled(upper), filled(lower)];
  expect(c.every((value, i) => value + d[i] === 1)).toBe(true);
});

test("a closed ring, its reverse and another first point say the same", () => {
  const points: [number, number][] = [
    [1, 1],
    [9, 2],
    [7, 8],
    [2, 6],
  ];
  const expected = filled([points]);
  expect(expected.some((value) => value === 1)).toBe(true);
  expect(filled([[...points, points[0]]])).toEqual(expected);
  expect(filled([[...points].reverse()])).toEqual(expected);
  expect(filled([[...points.slice(2), ...points.slice(0, 2)]])).toEqual(expected);
});

test("what histobook draws round a region gives that region back, holes too", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: width * height, maxLength: width * height }),
      async (values) => {
        const levels = values.map((value) => (value < 128 ? 0 : 255));
        const marked = new Uint8Array(width * height);
        for (const polygon of await contoursOf({ width, height, levels }, 0.5)) {
          const one = filled(polygon);
          one.forEach((value, i) => (marked[i] |= value));
        }
        expect(marked).toEqual(levels.map((level) => level / 255));
      },
    ),
    { numRuns: 50 },
  );
});
