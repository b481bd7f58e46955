import { rmSync } from "node:fs";
import fc from "fast-check";
import {
  createSample,
  makeFolds,
  makePatches,
  openStudy,
  parsePatchName,
  patchCutter,
  patchMiddle,
  readImage,
  showPatches,
  type Raster,
  type Study,
} from "histobook";
import { tableColumns, viewMimeType, type PatchGridPayload } from "histobook/payloads";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  nameOf,
  openAlbum,
  positionOf,
  typesByName,
  type PatchAlbum,
} from "../../kernel-lib/src/display/grid/album.js";
import { gridCalls } from "../../kernel-lib/src/display/grid/calls.js";
import { predictionsOf } from "../../kernel-lib/src/display/grid/predictions.js";
import { reduced } from "../../kernel-lib/src/display/grid/sheets.js";
import { proportional, stratifiedPatches } from "../../kernel-lib/src/display/grid/subset.js";
import { randomStream } from "../../kernel-lib/src/foundation/random.js";
import { newFolder } from "../study/pictures.js";

let study: Study;
let album: PatchAlbum;
let payload: PatchGridPayload;

beforeAll(async () => {
  study = openStudy(await createSample(newFolder()));
  await makePatches(study, { perImage: 30 });
  await makeFolds(study);
  album = openAlbum(study, study.cases);
  payload = payloadOf(await showPatches(study, { saved: 500 }));
}, 120_000);

afterAll(() => rmSync(study.directory, { recursive: true, force: true }));

function payloadOf({ data }: { data: Record<string, unknown> }): PatchGridPayload {
  return data[viewMimeType("patch-grid")] as PatchGridPayload;
}

async function pixelsOf(file: Uint8Array): Promise<Raster> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: 3, data: new Uint8Array(data) };
}

/** The mean difference of a tile of a sheet to the patch that it should show. */
function difference(sheet: Raster, columns: number, n: number, patch: Raster): number {
  const side = patch.width;
  const [left, top] = [(n % columns) * side, Math.floor(n / columns) * side];
  let sum = 0;
  for (let y = 0; y < side; y++) {
    for (let i = 0; i < side * 3; i++) {
      sum += Math.abs(sheet.data[((top + y) * sheet.width + left) * 3 + i] - patch.data[y * side * 3 + i]);
    }
  }
  return sum / patch.data.length;
}

async function cutAnew(patch: number): Promise<Raster> {
  const { one } = album.images[album.image[patch]];
  const cutter = patchCutter(await readImage(one.imagePath, 1), album.parameters);
  const data = new Uint8Array(32 * 32 * 3);
  cutter.cut(positionOf(album, patch), album.rotations[album.rotation[patch]], data);
  return { width: 32, height: 32, channels: 3, data };
}

test("an album holds every patch of step 1 once, in the order of its parts", () => {
  const names = Array.from({ length: album.length }, (_, patch) => nameOf(album, patch));
  expect(new Set(names).size).toBe(names.length);
  const parts = names.map((name) => parsePatchName(name)!);
  const key = (n: number): (string | number)[] => {
    const { patient, imageNumber, type, number, rotation } = parts[n];
    return [patient, imageNumber, type, number, rotation];
  };
  for (let n = 1; n < parts.length; n++) {
    const at = key(n).findIndex((value, i) => value !== key(n - 1)[i]);
    expect(key(n)[at] > key(n - 1)[at]).toBe(true);
  }
});

describe("the saved sample", () => {
  test("has of each image's types the share that they have among all", () => {
    const strata = new Map<string, { all: number; saved: number }>();
    const count = (patch: number, what: "all" | "saved"): void => {
      const key = `${album.image[patch]} ${album.type[patch]}`;
      const stratum = strata.get(key) ?? { all: 0, saved: 0 };
      stratum[what]++;
      strata.set(key, stratum);
    };
    for (let patch = 0; patch < album.length; patch++) count(patch, "all");
    payload.saved.patch.forEach((patch) => count(patch, "saved"));
    expect(payload.saved.patch).toHaveLength(500);
    for (const { all, saved } of strata.values()) {
      expect(Math.abs(saved - (500 * all) / album.length)).toBeLessThan(1);
    }
  });

  test("is the same for the same seed, another for another, and whole where all fit", () => {
    const drawn = (wanted: number, seed: number): number[] =>
      Array.from(stratifiedPatches(album, wanted, randomStream(seed, "test")));
    expect(drawn(100, 1)).toEqual(drawn(100, 1));
    expect(drawn(100, 1)).not.toEqual(drawn(100, 2));
    expect(drawn(1e6, 1)).toEqual(Array.from({ length: album.length }, (_, patch) => patch));
  });

  test("is divided to the last patch, each share within one of its own", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1000 }), { minLength: 1 }), fc.nat(), (sizes, wish) => {
        const sum = sizes.reduce((all, size) => all + size, 0);
        const total = Math.min(wish, sum);
        const shares = proportional(sizes, total, randomStream(1, "test"));
        expect(shares.reduce((all, share) => all + share, 0)).toBe(total);
        shares.forEach((share, n) => {
          expect(share).toBeLessThanOrEqual(sizes[n]);
          if (sum > 0) expect(Math.abs(share - (sizes[n] * total) / sum)).toBeLessThan(1);
        });
      }),
    );
  });

  test("shows each patch at its place in the sheets, and says what it is", async () => {
    const [{ columns, picture }] = payload.sheets;
    const sheet = await pixelsOf(Buffer.from(picture.split(",")[1], "base64"));
    for (const n of [0, 31, 32, 250, 499]) {
      const patch = payload.saved.patch[n];
      const anew = await cutAnew(patch);
      expect(difference(sheet, columns, n, anew)).toBeLessThan(12);
      expect(payload.saved.type[n]).toBe(typesByName[album.type[patch]]);
      const mean = anew.data.reduce((sum, value) => sum + value, 0) / anew.data.length;
      expect(payload.saved.brightness[n]).toBe(Math.round(mean));
    }
    expect(payload.images.map(({ fold }) => fold).every((fold) => fold! >= 1 && fold! <= 5)).toBe(true);
  });
});

describe("predictions", () => {
  test("are taken by name, and missing ones are missing", () => {
    const given = { [nameOf(album, 3)]: 0.2, [nameOf(album, 5)]: 1 };
    for (const form of [given, new Map(Object.entries(given))]) {
      const found = predictionsOf(study, album, form)!;
      expect([2, 3, 5].map((patch) => found.levels[patch])).toEqual([-1, 51, 255]);
    }
    expect(predictionsOf(study, album, undefined)).toBeNull();
  });

  test("of no patch, of no probability and of maps that are not there are told in words", async () => {
    await expect(showPatches(study, { predictions: { "a.png": 0.5 } })).rejects.toThrow(
      /1 names, none of them a patch's.*such as GT2012154_1_0_b_1_0\.png/,
    );
    const wrong = { [nameOf(album, 0)]: 1.5 };
    await expect(showPatches(study, { predictions: wrong })).rejects.toThrow(
      /found 1\.5 for GT.*between 0 and 1/,
    );
    await expect(showPatches(study, { predictions: "maps" })).rejects.toThrow(
      /no probability map.*run output/,
    );
  });
});

describe("the calls of a grid's view", () => {
  const calls = () => {
    const heard: (readonly string[])[] = [];
    return { heard, ...gridCalls(album, null, (names) => heard.push(names)) };
  };

  test("table gives the columns of all patches", async () => {
    const { body, buffers } = await calls().table(null);
    expect(body).toEqual({ total: album.length, predicted: false });
    expect(buffers).toHaveLength(tableColumns.length - 1);
    expect(buffers![2].byteLength).toBe(4 * album.length);
    expect(new Uint32Array(new Uint8Array(buffers![2]).buffer)).toEqual(album.number);
    payload.saved.patch.forEach((patch, n) => expect(buffers![4][patch]).toBe(payload.saved.brightness[n]));
  });

  test("tiles gives pictures of the patches in their order", async () => {
    const patches = [7, 1000, 3];
    const { body, buffers } = await calls().tiles({ patches });
    expect(body).toEqual({ columns: 3, rows: 1 });
    const sheet = await pixelsOf(buffers![0]);
    for (const [n, patch] of patches.entries()) {
      expect(difference(sheet, 3, n, await cutAnew(patch))).toBeLessThan(12);
      expect(difference(sheet, 3, n, await cutAnew(patch + 50))).toBeGreaterThan(25);
    }
  });

  test("source gives the patch exactly, its image, its mask, and where it was cut", async () => {
    const patch = 1234;
    const { body, buffers } = await calls().source({ patch });
    const anew = await cutAnew(patch);
    expect((await pixelsOf(buffers![0])).data).toEqual(anew.data);
    expect(body).toMatchObject({ width: 224, height: 224, side: 32, mask: true });
    expect(await sharp(buffers![2]).metadata()).toMatchObject({ format: "png", width: 224, height: 224 });
    const { x, y, rotation } = body as { x: number; y: number; rotation: number };
    expect([0, 90]).toContain(rotation);
    const position = positionOf(album, patch);
    expect(Math.abs(x - (position % 224))).toBeLessThanOrEqual(1);
    expect(Math.abs(y - Math.floor(position / 224))).toBeLessThanOrEqual(1);
  });

  test("select hands the names over", async () => {
    const { heard, select } = calls();
    expect(await select({ patches: [0, 2] })).toEqual({ body: { selected: 2 } });
    expect(heard).toEqual([[nameOf(album, 0), nameOf(album, 2)]]);
  });

  test("a page that asks for anything else is refused in words", () => {
    const { tiles, source, select } = calls();
    expect(() => tiles({ patches: [album.length] })).toThrow(/found patch \d+, expected less than/);
    expect(() => tiles({ patches: Array.from({ length: 2000 }, () => 0) })).toThrow(/at most 1024/);
    expect(() => source({ patch: "../../etc/passwd" })).toThrow(/found "\.\.\/\.\.\/etc/);
    expect(() => select(null)).toThrow(/expected a value of type object/);
  });
});

test("patchMiddle() is the mean of the pixels that a patch is cut from", () => {
  const side = 60;
  const image: Raster = { width: side, height: side, channels: 3, data: new Uint8Array(side * side * 3) };
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) image.data.set([x, y, 0], (y * side + x) * 3);
  const size = 16;
  for (const centre of ["inference", "original"] as const) {
    for (const rotation of [0, 90, 180, 270]) {
      const patch = new Uint8Array(size * size * 3);
      patchCutter(image, { size, centre, rotations: [rotation] }).cut(30 * side + 25, rotation, patch);
      const mean = (channel: number): number =>
        patch.reduce((sum, value, i) => (i % 3 === channel ? sum + value : sum), 0) / (size * size);
      const { x, y } = patchMiddle(rotation, { size, centre });
      expect([mean(0) - 25, mean(1) - 30].map((value) => value.toFixed(6))).toEqual(
        [x, y].map((value) => value.toFixed(6)),
      );
    }
  }
});

test("a large patch's tile is the mean of its pixels", () => {
  const data = Uint8Array.from({ length: 6 * 6 * 3 }, (_, i) => Math.floor(i / 3));
  const tile = reduced({ width: 6, height: 6, channels: 3, data }, 2);
  expect([0, 3, 6, 9].map((i) => tile.data[i])).toEqual([7, 10, 25, 28]);
});
