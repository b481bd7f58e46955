import fc from "fast-check";
import { checkPayload } from "histobook/payloads";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { errorSentences } from "../../jupyter-ext/src/error-box.js";
import { binaryTable, colourise, colourTable, cssGradient } from "../../jupyter-ext/src/map/colours.js";
import { outline } from "../../jupyter-ext/src/map/outline.js";
import { pixelAt, readOut, step } from "../../jupyter-ext/src/map/probe.js";
import { countsFrom, levelOf, shareAbove } from "../../jupyter-ext/src/map/threshold.js";
import { deviceScale, fitZoom } from "../../jupyter-ext/src/map/zoom.js";
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
    const pixels = colourise(Uint8Array.of(0, 99, 100, 255), binaryTable(colourTable("red-green"), 100));
    expect([...pixels]).toEqual([255, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 255, 0, 255]);
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
    expect(deviceScale(size, 2, 1)).toBe(2);
    expect(deviceScale(size, 2, 1.25)).toBe(3);
    expect(deviceScale(size, 1, 0.4)).toBe(1);
    expect(deviceScale(size, 0.5, 1)).toBe(0.5);
  });

  test("stays below the size of canvas that browsers refuse", () => {
    expect(deviceScale({ width: 4096, height: 10 }, 8, 2)).toBe(2);
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
    };
    expect(readOut(planes, { x: 1, y: 0 })).toBe("x 1, y 0 · probability 0.200 · mask: other tissue");
    expect(readOut(planes, { x: 2, y: 1 })).toBe("x 2, y 1 · probability 1.000 · mask: epithelium");
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
