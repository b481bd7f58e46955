import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { countAll, everything, matchingRows, type PatchFilter } from "../../jupyter-ext/src/grid/filter.js";
import { cornerOf, gridLayout, placeAt, scrollTo, visiblePlaces } from "../../jupyter-ext/src/grid/layout.js";
import { GridModel } from "../../jupyter-ext/src/grid/model.js";
import { sortRows } from "../../jupyter-ext/src/grid/sort.js";
import { patchTypes, wholeTable, type GridFacts, type PatchTable } from "../../jupyter-ext/src/grid/table.js";
import { TileSheets } from "../../jupyter-ext/src/grid/tiles.js";
import { patchName } from "../../jupyter-ext/src/grid/words.js";
import { jpegSize } from "../../jupyter-ext/src/jpeg.js";

const facts: GridFacts = {
  size: 32,
  total: 18,
  predictedBy: "a test",
  rotations: [0, 90],
  images: [
    { name: "A_1", patient: "A", number: 1, fold: 1, rotations: [0, 1], positions: { b: 1, e: 2, p: 3 } },
    { name: "B_1", patient: "B", number: 1, fold: 2, rotations: [0, 1], positions: { b: 0, e: 1, p: 2 } },
  ],
};

/** All patches of `facts` in the order of their names. */
const table: PatchTable = (() => {
  const rows = facts.images.flatMap(({ positions }, image) =>
    patchTypes.flatMap((letter, type) =>
      Array.from({ length: positions[letter] }, (_, n) => n + 1).flatMap((number) =>
        [0, 1].map((rotation) => ({ image, type, number, rotation })),
      ),
    ),
  );
  return {
    length: rows.length,
    patch: Uint32Array.from(rows, (_, patch) => patch),
    image: Uint16Array.from(rows, ({ image }) => image),
    type: Uint8Array.from(rows, ({ type }) => type),
    number: Uint32Array.from(rows, ({ number }) => number),
    rotation: Uint8Array.from(rows, ({ rotation }) => rotation),
    brightness: Uint8Array.from(rows, (_, patch) => (patch * 83) % 7),
    probability: Int16Array.from(rows, (_, patch) => (patch % 5 === 0 ? -1 : (patch * 37) % 256)),
  };
})();

const all = Uint32Array.from({ length: table.length }, (_, row) => row);

const filters = fc.record<PatchFilter>({
  class: fc.constantFrom(null, 0, 1),
  type: fc.constantFrom(null, ...patchTypes),
  patient: fc.constantFrom(null, "A", "B", "nobody"),
  rotation: fc.constantFrom(null, 0, 90),
  fold: fc.constantFrom(null, 1, 2),
});

describe("filtering", () => {
  test("takes the patches for which every wish is true, in the order of their names", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const expected = Array.from(all).filter((row) => {
          const image = facts.images[table.image[row]];
          const type = patchTypes[table.type[row]];
          return (
            (filter.class ?? (type === "p" ? 1 : 0)) === (type === "p" ? 1 : 0) &&
            (filter.type ?? type) === type &&
            (filter.patient ?? image.patient) === image.patient &&
            (filter.rotation ?? facts.rotations[table.rotation[row]]) ===
              facts.rotations[table.rotation[row]] &&
            (filter.fold ?? image.fold) === image.fold
          );
        });
        expect(Array.from(matchingRows(facts, table, filter))).toEqual(expected);
      }),
    );
  });

  test("counts all patches as it would find them, had they all arrived", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const found = { b: 0, e: 0, p: 0 };
        for (const row of matchingRows(facts, table, filter)) found[patchTypes[table.type[row]]]++;
        expect(countAll(facts, filter)).toEqual(found);
      }),
    );
  });
});

describe("sorting", () => {
  const label = (row: number): number => (patchTypes[table.type[row]] === "p" ? 255 : 0);
  const level = (row: number): number => table.probability![row];
  const keys = {
    dark: (row: number) => table.brightness[row],
    bright: (row: number) => -table.brightness[row],
    probable: (row: number) => (level(row) < 0 ? 1000 : -level(row)),
    improbable: (row: number) => (level(row) < 0 ? 1000 : level(row)),
    disagreement: (row: number) => (level(row) < 0 ? 1000 : -Math.abs(level(row) - label(row))),
  } as const;

  test.each(Object.keys(keys) as (keyof typeof keys)[])(
    "by %s is stable, unpredicted patches last",
    (order) => {
      const expected = Array.from(all).sort((one, other) => keys[order](one) - keys[order](other));
      expect(Array.from(sortRows(table, all, order))).toEqual(expected);
    },
  );

  test("by name, or by predictions that are not there, leaves the order of names", () => {
    expect(sortRows(table, all, "name")).toBe(all);
    expect(sortRows({ ...table, probability: null }, all, "disagreement")).toBe(all);
  });
});

describe("the layout", () => {
  const layouts = fc
    .record({
      count: fc.integer({ min: 0, max: 5000 }),
      width: fc.integer({ min: 1, max: 1500 }),
      side: fc.integer({ min: 24, max: 192 }),
    })
    .map(({ count, width, side }) => gridLayout(count, width, side));

  test("finds each tile at each of its own points, and nothing between tiles", () => {
    fc.assert(
      fc.property(layouts, fc.nat(), fc.nat(), fc.nat(), (layout, some, across, down) => {
        fc.pre(layout.count > 0);
        const place = some % layout.count;
        const { x, y } = cornerOf(layout, place);
        expect(placeAt(layout, x + (across % layout.side), y + (down % layout.side))).toBe(place);
        expect(placeAt(layout, x + layout.side, y)).toBeNull();
        expect(placeAt(layout, x, y - 1)).toBeNull();
      }),
    );
  });

  test("paints every tile that is seen, and at most a row more above and below", () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 0, max: 20_000 }), (layout, top) => {
        const height = 420;
        const [first, end] = visiblePlaces(layout, top, height);
        for (let place = 0; place < layout.count; place++) {
          const { y } = cornerOf(layout, place);
          const seen = y + layout.side > top && y < top + height;
          if (seen) expect(place >= first && place < end).toBe(true);
        }
        expect(end - first).toBeLessThanOrEqual(layout.columns * (Math.ceil(height / layout.pitch) + 2));
      }),
    );
  });

  test("scrolls no farther than needed to show a whole tile", () => {
    const layout = gridLayout(1000, 500, 48);
    const { y } = cornerOf(layout, 500);
    expect(scrollTo(layout, 500, y - 100, 420)).toBe(y - 100);
    expect(scrollTo(layout, 500, y + 10, 420)).toBe(y - 4);
    expect(scrollTo(layout, 500, 0, 420)).toBe(y + 48 + 4 - 420);
  });
});

describe("the model", () => {
  const model = (): GridModel => new GridModel(facts, table);

  test("moves the cursor with keys, by columns and pages, and not over the ends", () => {
    const grid = model();
    const after = (key: string): number => {
      expect(grid.move(key, false, 4, 2)).toBe(true);
      return grid.cursor;
    };
    expect(
      ["ArrowRight", "ArrowDown", "ArrowUp", "ArrowUp", "PageDown", "End", "ArrowRight"].map(after),
    ).toEqual([1, 5, 1, 1, 9, 17, 17]);
    expect(["ArrowDown", "PageUp", "Home", "ArrowLeft"].map(after)).toEqual([17, 9, 0, 0]);
    expect(grid.move("toString", false, 4, 2)).toBe(false);
  });

  test("selects one by one, between two places, and all that are shown", () => {
    const grid = model();
    grid.toggle(3);
    grid.selectTo(5);
    expect([...grid.selected].sort()).toEqual([3, 4, 5]);
    grid.toggle(4);
    expect([...grid.selected].sort()).toEqual([3, 5]);
    grid.arrange({ filter: { ...everything, patient: "B" } });
    grid.selectShown();
    expect(grid.selected.size).toBe(8);
  });

  test("keeps cursor and selection on their patches when they are filtered or sorted", () => {
    const grid = model();
    grid.toggle(10);
    const patch = grid.patchAt(10);
    grid.arrange({ order: "dark" });
    expect(grid.patchAt(grid.cursor)).toBe(patch);
    grid.arrange({ filter: { ...everything, patient: "nobody" } });
    expect([grid.shown.length, grid.cursor]).toEqual([0, 0]);
    expect(grid.move("ArrowRight", true, 4, 2)).toBe(true);
    expect([...grid.selected]).toEqual([patch]);
  });
});

test("a patch is named as step 1 names its file", () => {
  expect(patchName(facts, table, 0)).toBe("A_1_0_b_1_0.png");
  expect(patchName(facts, table, 17)).toBe("B_1_1_p_2_90.png");
});

test("a table whose buffers have another length or point outside is refused", () => {
  const { image, type, number, rotation, brightness, probability } = table;
  const buffers = [image, type, number, rotation, brightness, probability!].map((column) =>
    column.buffer.slice(0),
  ) as ArrayBuffer[];
  expect(wholeTable(facts, buffers)).toEqual(table);
  expect(() => wholeTable(facts, buffers.slice(0, 5))).toThrow(/column "probability": found 0 bytes/);
  const wrong = Uint16Array.from(image).fill(2).buffer;
  expect(() => wholeTable(facts, [wrong, ...buffers.slice(1)])).toThrow(/found 2, expected less than 2/);
});

describe("the tiles that are here", () => {
  const sheet = (closed: string[], name: string): ImageBitmap =>
    ({ close: () => closed.push(name) }) as unknown as ImageBitmap;

  test("are found in their sheets, row by row", () => {
    const tiles = new TileSheets(32);
    const picture = sheet([], "");
    tiles.add(picture, 2, [5, 9, 7], true);
    expect(tiles.find(7)).toEqual({ sheet: picture, x: 0, y: 32 });
    expect(tiles.find(9)).toEqual({ sheet: picture, x: 32, y: 0 });
    expect(tiles.find(6)).toBeUndefined();
  });

  test("make room for others when there are too many, but for the payload's own", () => {
    const closed: string[] = [];
    const tiles = new TileSheets(32);
    tiles.add(sheet(closed, "saved"), 1, [0], true);
    for (let n = 1; n <= 41; n++) {
      const patches = Array.from({ length: 1000 }, (_, place) => n * 1000 + place);
      tiles.add(sheet(closed, `sheet ${n}`), 32, patches, false);
    }
    expect(closed).toEqual(["sheet 1"]);
    expect([0, 1000, 2000, 41_999].map((patch) => tiles.find(patch) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    tiles.dispose();
    expect(closed).toHaveLength(42);
  });
});

test("a JPEG tells its size before it is decoded", async () => {
  const picture = sharp({ create: { width: 70, height: 50, channels: 3, background: "red" } });
  for (const progressive of [false, true]) {
    const bytes = await picture.clone().jpeg({ progressive }).toBuffer();
    expect(jpegSize(new Uint8Array(bytes))).toEqual({ width: 70, height: 50 });
  }
  expect(jpegSize(new Uint8Array(await picture.png().toBuffer()))).toBeNull();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void jpegSize(bytes)));
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      (bytes) => void jpegSize(Uint8Array.of(0xff, 0xd8, ...bytes)),
    ),
  );
});
