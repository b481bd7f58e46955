import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeEach, describe, expect, test } from "vitest";
import {
  makePatches,
  openStudy,
  parsePatchName,
  readImage,
  readImageRecord,
  readManifest,
  type PatchOptions,
} from "histobook";
import { addCase, newStudy, rectangle, tissue } from "../study/pictures.js";

let directory: string;

beforeEach(() => {
  directory = newStudy();
});

function patches(options: PatchOptions = {}) {
  return makePatches(openStudy(directory), { scale: 1, perImage: 6, workers: 2, ...options });
}

function subs(): string[] {
  return readdirSync(join(directory, "subs")).sort();
}

/** A fingerprint of every file that step 1 wrote. */
function allBytes(): Record<string, string> {
  const files = [...subs().map((name) => `subs/${name}`), "histobook.json"];
  for (const name of readdirSync(join(directory, "positions"))) files.push(`positions/${name}`);
  const hash = (file: string) => createHash("sha256").update(readFileSync(join(directory, file)));
  return Object.fromEntries(files.map((file) => [file, hash(file).digest("hex")]));
}

function timeOf(file: string): number {
  return statSync(join(directory, "subs", file)).mtimeMs;
}

describe("the files of step 1", () => {
  test("are named patient_image_class_type_number_rotation, with a patient's images counted", async () => {
    await addCase(directory, "10256_00003");
    await addCase(directory, "10256_00001");
    await addCase(directory, "8918_00007");
    const result = await patches();
    // 6 positive, 6 edge and round(6 * 0.3) = 2 background positions an image, in two rotations.
    expect(result.patches).toEqual({ p: 36, e: 36, b: 12, total: 84 });
    const names = subs().map((file) => parsePatchName(file));
    expect(names.every((name) => name !== undefined)).toBe(true);
    expect(subs().filter((file) => file.startsWith("10256_2_"))).toEqual(
      [
        ...[1, 2].flatMap((n) => [`10256_2_0_b_${n}_0.png`, `10256_2_0_b_${n}_90.png`]),
        ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`10256_2_0_e_${n}_0.png`, `10256_2_0_e_${n}_90.png`]),
        ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`10256_2_1_p_${n}_0.png`, `10256_2_1_p_${n}_90.png`]),
      ].sort(),
    );
    // The images of a patient count in the order of their names: 10256_00001 is the first.
    expect(readImageRecord(directory, "10256_00001")?.imageNumber).toBe(1);
    expect(new Set(names.map((name) => `${name?.patient} ${name?.imageNumber}`))).toEqual(
      new Set(["10256 1", "10256 2", "8918 1"]),
    );
  });

  test("are 32x32 RGB and show the image round the position that the record names", async () => {
    await addCase(directory, "a_1", tissue(100, 80), rectangle(100, 80, [30, 30, 60, 60]));
    await patches({ scale: 0.5 });
    const image = await readImage(join(directory, "images", "a_1.tif"), 0.5);
    const record = readImageRecord(directory, "a_1");
    expect([record?.width, record?.height]).toEqual([50, 40]);
    const position = record!.positions.p[0];
    const { data, info } = await sharp(join(directory, "subs", "a_1_1_p_1_0.png"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([32, 32, 3]);
    const centre = (16 * 32 + 16) * 3;
    expect([...data.subarray(centre, centre + 3)]).toEqual([
      ...image.data.subarray(position * 3, position * 3 + 3),
    ]);
    const turned = await sharp(join(directory, "subs", "a_1_1_p_1_90.png"))
      .raw()
      .toBuffer();
    // (y, x) of the turned patch shows what (x, 32 - y) shows: a quarter turn counter-clockwise about (16, 16).
    expect([...turned.subarray((10 * 32 + 20) * 3, (10 * 32 + 20) * 3 + 3)]).toEqual([
      ...data.subarray((20 * 32 + 22) * 3, (20 * 32 + 22) * 3 + 3),
    ]);
  });

  test("are no more than an image has pixels of each type, and follow the number of positives", async () => {
    // 4 positive pixels: 4 edge, and round(4 * 0.3) = 1 background.
    await addCase(directory, "a_1", tissue(40, 40), rectangle(40, 40, [20, 20, 22, 22]));
    expect((await patches({ perImage: 5000 })).patches).toEqual({ p: 8, e: 8, b: 2, total: 18 });
    // 144 positives, but the ring has only 16 * 16 - 12 * 12 = 112 pixels.
    rmSync(join(directory, "images"), { recursive: true });
    directory = newStudy();
    await addCase(directory, "a_1", tissue(40, 40), rectangle(40, 40, [10, 10, 22, 22]));
    const { patches: made } = await patches({ perImage: 5000, rotations: [0] });
    expect(made).toEqual({ p: 144, e: 112, b: 43, total: 299 });
  });

  test("follow the size, the rotations and the ratios", async () => {
    await addCase(directory, "a_1");
    const { patches: made } = await patches({
      size: 20,
      rotations: [0, 45, 180],
      edgeRatio: 0.5,
      backgroundRatio: 0,
    });
    expect(made).toEqual({ p: 18, e: 9, b: 0, total: 27 });
    expect(subs()).toContain("a_1_0_e_3_45.png");
    expect((await sharp(join(directory, "subs", "a_1_1_p_6_180.png")).metadata()).width).toBe(20);
  });
});

describe("makePatches()", () => {
  test("gives the same bytes for any number of workers, and others for another seed", async () => {
    for (const name of ["a_1", "a_2", "b_1", "c_1", "d_1"]) {
      await addCase(directory, name, tissue(60, 60, name.charCodeAt(0)));
    }
    await patches({ workers: 1 });
    const alone = allBytes();
    for (const folder of ["subs", "positions"]) rmSync(join(directory, folder), { recursive: true });
    await patches({ workers: 4 });
    expect(allBytes()).toEqual(alone);
    await patches({ seed: 2 });
    expect(Object.keys(allBytes())).toEqual(Object.keys(alone));
    expect(allBytes()["positions/a_1.json"]).not.toBe(alone["positions/a_1.json"]);
  });

  test("draws for an image what it draws for it alone, whatever other images there are", async () => {
    await addCase(directory, "b_1");
    await patches();
    const alone = readFileSync(join(directory, "positions", "b_1.json"), "utf8");
    await addCase(directory, "a_1");
    await patches();
    expect(readFileSync(join(directory, "positions", "b_1.json"), "utf8")).toBe(alone);
  });

  test("reports each image", async () => {
    await addCase(directory, "a_1");
    await addCase(directory, "b_1");
    const seen: unknown[] = [];
    await patches({ report: (event) => seen.push(event) });
    expect(seen).toEqual([
      { event: "progress", step: "patches", done: 1, total: 2, unit: "images" },
      { event: "progress", step: "patches", done: 2, total: 2, unit: "images" },
    ]);
  });

  test("says in the manifest what was made from what", async () => {
    await addCase(directory, "a_1");
    await patches({ scale: 0.9 });
    const manifest = readManifest(directory);
    expect(manifest.scale).toBe(0.9);
    expect(manifest.patches).toMatchObject({
      files: true,
      parameters: { scale: 0.9, size: 32, perImage: 6, rotations: [0, 90], seed: 1, white: 0.8 },
      images: {
        a_1: { patient: "a", imageNumber: 1, width: 58, height: 58, positions: { p: 6, e: 6, b: 2 } },
      },
    });
  });

  test("writes no PNG files when it is direct, and chooses the same positions", async () => {
    await addCase(directory, "a_1");
    await patches({ direct: true });
    expect(readdirSync(directory)).not.toContain("subs");
    const direct = readFileSync(join(directory, "positions", "a_1.json"), "utf8");
    expect(readManifest(directory).patches?.files).toBe(false);
    await patches();
    expect(readFileSync(join(directory, "positions", "a_1.json"), "utf8")).toBe(direct);
    expect(subs()).toHaveLength(28);
    await patches({ direct: true });
    expect(subs()).toEqual([]);
  });

  test.each([
    [{ size: 31 }, "--size: found 31, expected an even number of pixels"],
    [{ rotations: [] }, "--rotations: found no rotation"],
    [{ rotations: [0, 0] }, "--rotations: found a rotation twice (0,0)"],
    [{ rotations: [360] }, "--rotations: found 360, expected a whole number between 0 and 359"],
    [{ perImage: 0 }, "--per-image: found 0, expected a whole number of at least 1"],
    [{ white: 80 }, "--white: found 80, expected a number between 0 and 1"],
    [{ seed: 0.5 }, "--seed: found 0.5, expected a whole number;"],
    [{ workers: 0 }, "--workers: found 0, expected a whole number between 1 and 256"],
    [{ centre: "middle" as "original" }, "--centre: found 'middle', expected 'inference' or 'original'"],
  ])("refuses the options %j before it touches anything", async (options, sentence) => {
    await addCase(directory, "a_1");
    await expect(patches(options)).rejects.toThrow(sentence);
    expect(readdirSync(directory)).toEqual(["images"]);
  });
});

describe("a second run", () => {
  test("does nothing again that is done already", async () => {
    await addCase(directory, "a_1");
    const first = await patches();
    const written = timeOf("a_1_1_p_1_0.png");
    expect(await patches()).toEqual(first);
    expect(timeOf("a_1_1_p_1_0.png")).toBe(written);
  });

  test("cuts an image again when one of its patches is missing, and no other image", async () => {
    await addCase(directory, "a_1");
    await addCase(directory, "b_1");
    await patches();
    const before = allBytes();
    const untouched = timeOf("b_1_1_p_1_0.png");
    rmSync(join(directory, "subs", "a_1_0_e_3_90.png"));
    await patches();
    expect(allBytes()).toEqual(before);
    expect(timeOf("b_1_1_p_1_0.png")).toBe(untouched);
  });

  test("cuts an image again when its picture or its mask has changed", async () => {
    await addCase(directory, "a_1");
    await patches();
    const before = allBytes();
    await addCase(directory, "a_1", tissue(64, 64, 99));
    await patches();
    expect(allBytes()["subs/a_1_1_p_1_0.png"]).not.toBe(before["subs/a_1_1_p_1_0.png"]);
    await addCase(directory, "a_1", tissue(64, 64, 99), rectangle(64, 64, [30, 30, 31, 31]));
    expect((await patches()).patches.p).toBe(2);
    expect(subs().filter((file) => file.includes("_p_"))).toEqual(["a_1_1_p_1_0.png", "a_1_1_p_1_90.png"]);
  });

  test("leaves no patch of other parameters or of images that are gone, and no file of the user's is lost", async () => {
    await addCase(directory, "a_1");
    await addCase(directory, "b_1");
    await patches({ rotations: [0, 90, 180] });
    writeFileSync(join(directory, "subs", "notes.txt"), "mine");
    for (const file of ["b_1.tif", "b_1_mask.png"]) rmSync(join(directory, "images", file));
    await patches({ perImage: 2 });
    // 2 positive, 2 edge and 1 background position in two rotations.
    expect(subs()).toHaveLength(11);
    expect(subs().every((file) => file.startsWith("a_1_") || file === "notes.txt")).toBe(true);
    expect(readdirSync(join(directory, "positions"))).toEqual(["a_1.json"]);
  });

  test("numbers a patient's images anew when one comes before them, and mixes none up", async () => {
    await addCase(directory, "a_2", tissue(64, 64, 2));
    await addCase(directory, "a_3", tissue(64, 64, 3));
    await patches();
    const second = readFileSync(join(directory, "subs", "a_1_1_p_1_0.png"));
    const third = readFileSync(join(directory, "subs", "a_2_1_p_1_0.png"));
    await addCase(directory, "a_1", tissue(64, 64, 1));
    await patches();
    expect(subs()).toHaveLength(3 * 28);
    expect(readFileSync(join(directory, "subs", "a_2_1_p_1_0.png"))).toEqual(second);
    expect(readFileSync(join(directory, "subs", "a_3_1_p_1_0.png"))).toEqual(third);
  });

  test("makes a record again that can't be read", async () => {
    await addCase(directory, "a_1");
    await patches();
    const before = allBytes();
    writeFileSync(join(directory, "positions", "a_1.json"), "{");
    expect(() => readImageRecord(directory, "a_1")).toThrow("expected the positions that step 1 wrote");
    await patches();
    expect(allBytes()).toEqual(before);
  });
});
