import fc from "fast-check";
import { checkPayload } from "histobook/payloads";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { errorSentences } from "../../jupyter-ext/src/error-box.js";
import {
  binaryTable,
  colourTable,
  colourWords,
  cssGradient,
  differenceTable,
} from "../../jupyter-ext/src/map/colours.js";
import { outline } from "../../jupyter-ext/src/map/outline.js";
import { differencePlane } from "../../jupyter-ext/src/map/layers.js";
import { pixelAt, readOut, step } from "../../jupyter-ext/src/map/probe.js";
import { drawRasterLine } from "../../jupyter-ext/src/map/raster-line.js";
import { sampleWindow } from "../../jupyter-ext/src/map/sampled.js";
import { curve, scoresAt, scoreTables } from "../../jupyter-ext/src/map/scores.js";
import { countsFrom, levelOf, shareAbove } from "../../jupyter-ext/src/map/threshold.js";
import { clamped, revealed, seenRegion, zoomedAbout } from "../../jupyter-ext/src/map/window.js";
import { deviceScale, fitZoom, nextZoom } from "../../jupyter-ext/src/map/zoom.js";
import { pngBytes, pngSize } from "../../jupyter-ext/src/png.js";
import { sampleMap } from "./sample-map.js";

const plane = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, values })),
  );

describe("the threshold", () => {
  test("counts the pixels whose probability is at least its own, at every threshold of the slider", () => {
    fc.assert(
      fc.property(plane, fc.integer({ min: 0, max: 100 }), ({ values }, hundredths) => {
        // byte / 255 >= hundredths / 100, in whole numbers
        const above = values.filter((value) => value * 100 >= hundredths * 255).length;
        expect(shareAbove(countsFrom(values), hundredths / 100)).toBe(above / values.length);
      }),
    );
  });

  test("takes exactly the byte that its probability is written as", () => {
    expect(Array.from({ length: 256 }, (_, byte) => levelOf(byte / 255))).toEqual(
      Array.from({ length: 256 }, (_, byte) => byte),
    );
  });
});

describe("the outline", () => {
  test("runs along every edge between inside and outside once, and along no other", () => {
    fc.assert(
      fc.property(plane, fc.integer({ min: 0, max: 255 }), ({ values, width, height }, level) => {
        const walked: string[] = [];
        const pieces = outline(values, width, height, level);
        for (let at = 0; at < pieces.length; at += 4) {
          const [x0, y0, x1, y1] = pieces.subarray(at, at + 4);
          for (let x = x0; x < x1; x++) walked.push(`above ${x} ${y0}`);
          for (let y = y0; y < y1; y++) walked.push(`left of ${x0} ${y}`);
        }
        const expected: string[] = [];
        const inside = (x: number, y: number): boolean => values[y * width + x] >= level;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            if (y > 0 && inside(x, y) !== inside(x, y - 1)) expected.push(`above ${x} ${y}`);
            if (x > 0 && inside(x, y) !== inside(x - 1, y)) expected.push(`left of ${x} ${y}`);
          }
        }
        expect(walked.sort()).toEqual(expected.sort());
      }),
    );
  });

  test("of a region has the pieces round its pixels and no others", () => {
    fc.assert(
      fc.property(plane, fc.nat(12), fc.nat(12), fc.nat(12), fc.nat(12), (map, a, b, c, d) => {
        const { values, width, height } = map;
        const [left, right] = [Math.min(a, b, width), Math.min(Math.max(a, b), width)];
        const [top, bottom] = [Math.min(c, d, height), Math.min(Math.max(c, d), height)];
        const edges = (pieces: Int32Array): string[] => {
          const found: string[] = [];
          for (let at = 0; at < pieces.length; at += 4) {
            const [x0, y0, x1, y1] = pieces.subarray(at, at + 4);
            for (let x = x0; x < x1; x++) found.push(`above ${x} ${y0}`);
            for (let y = y0; y < y1; y++) found.push(`left of ${x0} ${y}`);
          }
          return found.sort();
        };
        const inside = (edge: string): boolean => {
          const [x, y] = edge.split(" ").slice(-2).map(Number);
          return x >= left && x < right && y >= top && y < bottom;
        };
        const all = edges(outline(values, width, height, 128));
        const some = edges(outline(values, width, height, 128, { left, top, right, bottom }));
        expect(some).toEqual(all.filter(inside));
      }),
    );
  });

  test("joins neighbouring edges to one piece", () => {
    const square = Uint8Array.from([0, 0, 0, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 0, 0, 0]);
    expect(outline(square, 4, 4, 9).length / 4).toBe(4);
  });
});

describe("the colours", () => {
  test("are the tutorial's in red to green: red and green sum to 255, blue is 0", () => {
    const table = colourTable("red-green");
    for (let byte = 0; byte < 256; byte++) {
      expect([...table.subarray(byte * 3, byte * 3 + 3)]).toEqual([255 - byte, byte, 0]);
    }
  });

  test("begin and end as matplotlib's viridis does", () => {
    const table = colourTable("viridis");
    expect([...table.subarray(0, 3)]).toEqual([0x44, 0x01, 0x54]);
    expect([...table.subarray(-3)]).toEqual([0xfd, 0xe7, 0x25]);
    expect(cssGradient(table)).toMatch(/^linear-gradient\(to right, rgb\(68 1 84\), .*rgb\(253 231 37\)\)$/);
  });

  test("of the binary image change at the level and nowhere else", () => {
    const words = colourWords(binaryTable(colourTable("red-green"), 100));
    const pixels = Uint32Array.of(words[0], words[99], words[100], words[255]);
    expect([...new Uint8Array(pixels.buffer)]).toEqual([
      255, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255,
    ]);
  });
});

describe("the zoom", () => {
  const size = { width: 224, height: 200 };

  test("that fits is a whole number where the image is smaller than its room, else a fraction", () => {
    expect(fitZoom(size, { width: 700, height: 680 })).toBe(3);
    expect(fitZoom(size, { width: 700, height: 450 })).toBe(2);
    expect(fitZoom(size, { width: 112, height: 680 })).toBe(0.5);
  });

  test("gives each pixel a whole number of device pixels on any screen", () => {
    expect(deviceScale(2, 1)).toBe(2);
    expect(deviceScale(2, 1.25)).toBe(3);
    expect(deviceScale(1, 0.4)).toBe(1);
    expect(deviceScale(0.5, 1)).toBe(0.5);
  });

  test("goes step by step from the whole image to the largest, and back", () => {
    expect([1, 2, 8, 9].map((steps) => nextZoom("fit", 2, steps))).toEqual(["3", "4", "16", "16"]);
    expect([-1, -3, -Infinity].map((steps) => nextZoom("4", 2, steps))).toEqual(["3", "fit", "fit"]);
    expect(nextZoom("fit", 0.4, 1)).toBe("1");
  });
});

describe("the window", () => {
  const picture = { width: 300, height: 200 };
  const canvas = { width: 600, height: 400 };
  const windows = fc.record({
    scale: fc.integer({ min: 2, max: 32 }),
    x: fc.integer({ min: -9000, max: 9000 }),
    y: fc.integer({ min: -9000, max: 9000 }),
  });

  test("never shows anything beside the picture", () => {
    fc.assert(
      fc.property(windows, (window) => {
        const { scale, x, y } = clamped(picture, canvas, window);
        expect(x >= 0 && x + canvas.width <= picture.width * scale).toBe(true);
        expect(y >= 0 && y + canvas.height <= picture.height * scale).toBe(true);
        expect(seenRegion(picture, canvas, { scale, x, y })).toEqual({
          left: Math.floor(x / scale),
          top: Math.floor(y / scale),
          right: Math.ceil((x + canvas.width) / scale),
          bottom: Math.ceil((y + canvas.height) / scale),
        });
      }),
    );
  });

  test("keeps the point under the pointer when it zooms", () => {
    fc.assert(
      fc.property(
        windows,
        fc.integer({ min: 1, max: 32 }),
        fc.nat(600),
        fc.nat(400),
        (window, scale, x, y) => {
          const after = zoomedAbout(window, scale, { x, y });
          expect((after.x + x) / after.scale).toBeCloseTo((window.x + x) / window.scale, 6);
          expect((after.y + y) / after.scale).toBeCloseTo((window.y + y) / window.scale, 6);
        },
      ),
    );
  });

  test("moves no farther than needed to show a pixel", () => {
    const window = { scale: 8, x: 100, y: 100 };
    expect(revealed(canvas, window, { x: 40, y: 30 })).toEqual(window);
    expect(revealed(canvas, window, { x: 200, y: 30 })).toEqual({ scale: 8, x: 200 * 8 - 540, y: 100 });
  });
});

describe("the scores", () => {
  test("at every threshold are those of counting the pixels", () => {
    fc.assert(
      fc.property(
        plane,
        fc.integer({ min: 0, max: 100 }),
        fc.infiniteStream(fc.boolean()),
        (map, hundredths, marks) => {
          const mask = map.values.map(() => (marks.next().value ? 255 : 0));
          const count = (marked: boolean, above: boolean): number =>
            map.values.filter(
              (value, index) => mask[index] > 0 === marked && value * 100 >= hundredths * 255 === above,
            ).length;
          const [hits, misses] = [count(true, true), count(true, false)];
          const [alarms, rest] = [count(false, true), count(false, false)];
          const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
          expect(scoresAt(scoreTables(map.values, mask), hundredths / 100)).toEqual({
            fScore: ratio(2 * hits, 2 * hits + alarms + misses),
            precision: ratio(hits, hits + alarms),
            recall: ratio(hits, hits + misses),
            falsePositiveRate: ratio(alarms, alarms + rest),
          });
        },
      ),
    );
  });

  test("give curves that begin with everything above and end with nothing", () => {
    const tables = scoreTables(Uint8Array.of(10, 200, 30, 250), Uint8Array.of(0, 255, 0, 255));
    const roc = curve(tables, "falsePositiveRate", "recall");
    expect([roc[0], roc.at(-1)]).toEqual([
      { x: 1, y: 1 },
      { x: 0, y: 0 },
    ]);
    expect(curve(tables, "recall", "precision")).toHaveLength(251);
  });
});

describe("two maps", () => {
  test("differ by what one is above the other, and by nothing where they agree", () => {
    const difference = differencePlane(
      Uint8Array.of(255, 0, 7, 100, 101),
      Uint8Array.of(0, 255, 7, 101, 100),
    );
    expect([...difference]).toEqual([255, 1, 128, 128, 128]);
    const table = differenceTable();
    const [red, green, blue] = table.subarray(128 * 3);
    expect(Math.min(red, green, blue)).toBeGreaterThan(225);
    // Purple below, orange above.
    expect(table[2]).toBeGreaterThan(table[0]);
    expect(table[255 * 3]).toBeGreaterThan(table[255 * 3 + 2]);
  });
});

describe("what is seen of a plane", () => {
  const values = Uint8Array.from({ length: 8 * 6 }, (_, index) => index);
  const picture = { width: 8, height: 6 };

  test("is the pixels of the window where they are large", () => {
    const seen = sampleWindow(values, picture, { width: 10, height: 8 }, { scale: 4, x: 6, y: 9 });
    expect(seen).toEqual({
      width: 3,
      height: 3,
      values: Uint8Array.of(17, 18, 19, 25, 26, 27, 33, 34, 35),
      place: { x: -2, y: -1, width: 12, height: 12 },
    });
  });

  test("is one pixel for each of the screen's where they are small", () => {
    const seen = sampleWindow(values, picture, { width: 4, height: 3 }, { scale: 0.5, x: 0, y: 0 });
    expect([...seen.values]).toEqual([9, 11, 13, 15, 25, 27, 29, 31, 41, 43, 45, 47]);
    expect(seen.place).toEqual({ x: 0, y: 0, width: 4, height: 3 });
  });

  test("has a line along every border and nowhere else", () => {
    fc.assert(
      fc.property(plane, fc.integer({ min: 0, max: 255 }), ({ values, width, height }, level) => {
        const pixels = new Uint32Array(values.length).fill(7);
        drawRasterLine(values, width, height, level, pixels);
        const white = new Set<number>();
        const pieces = outline(values, width, height, level);
        for (let at = 0; at < pieces.length; at += 4) {
          const [x0, y0, x1, y1] = pieces.subarray(at, at + 4);
          for (let x = x0; x < x1; x++) white.add((y0 - 1) * width + x);
          for (let y = y0; y < y1; y++) white.add(y * width + x0 - 1);
        }
        pixels.forEach((pixel, at) => {
          expect(pixel === 0xffffffff).toBe(white.has(at));
          const beside = [at % width > 0 && at - 1, at % width < width - 1 && at + 1, at - width, at + width];
          const dark = !white.has(at) && beside.some((one) => one !== false && white.has(one));
          expect(pixel !== 0 && pixel !== 0xffffffff).toBe(dark);
        });
      }),
    );
  });
});

describe("the probe", () => {
  const size = { width: 3, height: 2 };

  test("stays on the picture whatever the pointer says", () => {
    expect(pixelAt(size, 0.5, 0.5)).toEqual({ x: 1, y: 1 });
    expect(pixelAt(size, 1, 1)).toEqual({ x: 2, y: 1 });
    expect(pixelAt(size, -0.1, 7)).toEqual({ x: 0, y: 1 });
  });

  test("moves with arrow keys alone, ten pixels with Shift, and not over the rim", () => {
    expect(step(size, { x: 1, y: 1 }, "ArrowUp", false)).toEqual({ x: 1, y: 0 });
    expect(step(size, { x: 1, y: 1 }, "ArrowRight", true)).toEqual({ x: 2, y: 1 });
    expect(step(size, { x: 1, y: 1 }, "toString", false)).toBeNull();
  });

  test("reads probability and mask at its pixel", () => {
    const planes = {
      ...size,
      probability: Uint8Array.of(0, 51, 0, 0, 0, 255),
      mask: Uint8Array.of(0, 0, 0, 0, 0, 255),
      other: null,
    };
    expect(readOut(planes, { x: 1, y: 0 })).toBe("x 1, y 0 · probability 0.200 · mask: other tissue");
    expect(readOut(planes, { x: 2, y: 1 })).toBe("x 2, y 1 · probability 1.000 · mask: epithelium");
    expect(readOut({ ...planes, other: planes.mask }, { x: 1, y: 0 })).toContain(
      "0.200, the other map 0.000",
    );
    expect(readOut({ ...planes, mask: null }, { x: 2, y: 1 })).toMatch(/no mask$/);
  });
});

describe("a PNG data URL", () => {
  test("tells its size before it is decoded", async () => {
    const file = await sharp({ create: { width: 7, height: 5, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const bytes = pngBytes(`data:image/png;base64,${file.toString("base64")}`);
    expect(Buffer.from(bytes).equals(file)).toBe(true);
    expect(pngSize(bytes)).toEqual({ width: 7, height: 5 });
    expect(pngSize(bytes.subarray(0, 20))).toBeNull();
    expect(pngSize(Uint8Array.from({ length: 40 }, (_, index) => index))).toBeNull();
  });
});

describe("a payload", () => {
  test("made from the sample fits its schema", async () => {
    const payload = await sampleMap();
    expect(checkPayload("probability-map", payload)).toEqual({ ok: true, payload });
  });

  test("of any other shape is refused in words, and never throws", async () => {
    const good = await sampleMap();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(good)), fc.anything(), (key, value) => {
        const check = checkPayload("probability-map", { ...good, [key]: value });
        if (!check.ok) {
          expect(check.problems.map((problem) => problem.where.split(".")[0])).toContain(key);
          expect(errorSentences(check.problems).join().length).toBeLessThan(1000);
        }
      }),
    );
    fc.assert(fc.property(fc.anything(), (value) => !checkPayload("probability-map", value).ok));
  });

  test("of another version is told by its version alone", () => {
    const check = checkPayload("probability-map", { version: 2 });
    expect(check.ok).toBe(false);
    const sentences = check.ok ? [] : errorSentences(check.problems);
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/^version: found 2, expected 1; install the jupyterlab-histobook/);
  });

  test("with many faults lists five of them and says how many more there are", () => {
    const check = checkPayload("probability-map", { version: 1 });
    const sentences = check.ok ? [] : errorSentences(check.problems);
    expect(sentences).toHaveLength(6);
    expect(sentences[5]).toBe("and 4 more");
  });
});
