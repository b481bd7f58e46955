import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  openImageList,
  type ImageListOptions,
  openStoreInThread,
  type MemoryPatch,
} from "../../kernel-lib/dist/databases/index.js";
import { resizeBilinear } from "../../kernel-lib/dist/databases/resizeBilinear.js";
import { golden } from "../engine/golden.js";
import { largestDifference, readNpz } from "../engine/numpy.js";
import { contractPatches, contractShape, firstPatches, patchStoreContract } from "./patchStore.contract.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-list-"));

/** Writes patches as PNG files and the list of them, in the order of their keys. */
async function listOf(patches: readonly MemoryPatch[]): Promise<{ list: string; rootFolder: string }> {
  const folder = newFolder();
  const { channels, height, width } = contractShape;
  const plane = height * width;
  for (const { key, pixels } of patches) {
    const rgb = Uint8Array.from(pixels, (_, i) => pixels[(2 - (i % 3)) * plane + Math.floor(i / 3)]);
    await sharp(rgb, { raw: { channels: channels as 3, height, width } })
      .png()
      .toFile(join(folder, key));
  }
  const list = join(folder, "list.txt");
  const lines = patches.map(({ key, label }) => `${key} ${label}\n`).sort();
  writeFileSync(list, lines.join(""));
  return { list, rootFolder: `${folder}/` };
}

async function openPatches(patches: readonly MemoryPatch[], options: ImageListOptions = {}) {
  const { list, rootFolder } = await listOf(patches);
  return openImageList(list, { rootFolder, ...options });
}

describe("a list of images", () => {
  patchStoreContract((patches) => openPatches(patches));

  describe("in a thread of its own", () => {
    patchStoreContract(async (patches) => {
      const { list, rootFolder } = await listOf(patches);
      return openStoreInThread({ kind: "list", path: list, options: { rootFolder } });
    });
  });

  test("is shuffled anew each round, by the seed alone", async () => {
    const keysOf = async (options: ImageListOptions, start = 0) => {
      const store = await openPatches(contractPatches, { shuffle: true, ...options });
      const { value } = await store.batches(21, { start }).next();
      await store.close();
      return value!.keys;
    };
    const keys = await keysOf({ seed: 3 });
    const rounds = [0, 7, 14].map((start) => keys.slice(start, start + 7));
    const all = contractPatches.map(({ key }) => key);
    for (const round of rounds) expect([...round].sort()).toEqual(all);
    expect(rounds[0]).not.toEqual(rounds[1]);
    expect(rounds[1]).not.toEqual(rounds[2]);
    expect(await keysOf({ seed: 3 })).toEqual(keys);
    expect(await keysOf({ seed: 4 })).not.toEqual(keys);
    // Whoever begins later sees what the others see then.
    expect((await keysOf({ seed: 3 }, 3)).slice(0, 18)).toEqual(keys.slice(3));
    expect((await keysOf({ seed: 3 }, 14)).slice(0, 7)).toEqual(rounds[2]);
    const far = await keysOf({ seed: 3 }, 7 * 1000 + 2);
    expect((await keysOf({ seed: 3 }, 7 * 1000)).slice(2)).toEqual(far.slice(0, 19));
  });

  test("takes names with spaces, tabs before the class, Windows line ends and whole paths", async () => {
    const { list, rootFolder } = await listOf(contractPatches);
    const [first, second] = contractPatches.map(({ key }) => key);
    const spaced = `${rootFolder}a name with spaces.png`;
    writeFileSync(spaced, readFileSync(`${rootFolder}${second}`));
    writeFileSync(list, `${rootFolder}${first}\t4\r\n\r\n${spaced} 5\r\n`);
    const store = await openImageList(list);
    const { labels, keys } = await firstPatches(store, 2);
    expect([...labels]).toEqual([4, 5]);
    expect(keys).toEqual([`${rootFolder}${first}`, spaced]);
    await store.close();
  });

  test("puts the folder's name before the file's as it is", async () => {
    const { list, rootFolder } = await listOf(contractPatches);
    writeFileSync(list, "0_p6.png 1\n");
    const store = await openImageList(list, { rootFolder: "0000000", workingDirectory: rootFolder });
    expect((await firstPatches(store, 1)).keys).toEqual(["0_p6.png"]);
    await store.close();
  });

  test("two lists may be read at once, in any format", async () => {
    const open = (ending: string) => {
      const list = join(newFolder(), "list.txt");
      writeFileSync(list, `0${ending} 0\n1${ending} 1\n`);
      return openImageList(list, { rootFolder: `${join(golden, "runs", "formats")}/` });
    };
    const expected = readNpz(join(golden, "runs", "resized.npz"));
    const kinds = { ".png": "png", ".jpg": "jpg", ".tif": "tif" };
    await Promise.all(
      Object.entries(kinds).map(async ([ending, name]) => {
        const store = await open(ending);
        const { data } = await firstPatches(store, 40);
        expect(largestDifference(data.subarray(0, 6144), expected.get(name)!.data)).toBe(0);
        expect(data.subarray(0, 6144)).toEqual(data.subarray(6144 * 19));
        await store.close();
      }),
    );
  });

  test("a colour profile changes nothing", async () => {
    const folder = newFolder();
    const file = join(folder, "wide.png");
    await sharp(join(golden, "runs", "formats", "0.png"))
      .withIccProfile("p3")
      .png()
      .toFile(file);
    const { data: stored } = decode(readFileSync(file));
    writeFileSync(join(folder, "list.txt"), `${file} 0\n`);
    const store = await openImageList(join(folder, "list.txt"));
    const { data } = await firstPatches(store, 1);
    expect([...data.subarray(2048, 2058)]).toEqual([...stored].filter((_, i) => i % 3 === 0).slice(0, 10));
    await store.close();
  });
});

describe("images beside real Caffe's ImageData layer", () => {
  const cases = Object.entries(
    JSON.parse(readFileSync(join(golden, "runs", "resized.json"), "utf8")) as Record<
      string,
      { ending: string; setting: string }
    >,
  );
  const expected = readNpz(join(golden, "runs", "resized.npz"));

  test.each(cases)("%s", async (name, { ending, setting }) => {
    const list = join(newFolder(), "list.txt");
    writeFileSync(list, `0${ending} 0\n1${ending} 0\n`);
    const number = (field: string) => Number(new RegExp(`${field}: (\\d+)`).exec(setting)?.[1]);
    const [width, height] = [number("new_width"), number("new_height")];
    const store = await openImageList(list, {
      rootFolder: `${join(golden, "runs", "formats")}/`,
      colour: !setting.includes("is_color: false"),
      ...(width > 0 && { resize: { width, height } }),
    });
    const { shape, data } = expected.get(name)!;
    expect(store.shape).toEqual({ channels: shape[1], height: shape[2], width: shape[3] });
    const found = await firstPatches(store, 2);
    // A JPEG's grey levels are in the file, and Caffe takes them from there.
    expect(largestDifference(found.data, data)).toBeLessThanOrEqual(name === "grey-jpg" ? 4 : 0);
    await store.close();
  });

  test("resizeBilinear keeps one grey level, and an image of the same size", () => {
    const flat = new Uint8Array(7 * 5 * 3).fill(77);
    const size = { width: 7, height: 5, channels: 3 };
    for (const target of [
      { width: 20, height: 3 },
      { width: 1, height: 1 },
      { width: 6, height: 11 },
    ]) {
      expect([...new Set(resizeBilinear(flat, size, target))]).toEqual([77]);
    }
    expect(resizeBilinear(flat, size, { width: 7, height: 5 })).toBe(flat);
  });
});
