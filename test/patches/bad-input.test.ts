import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isHistobookError, makePatches, openStudy, readManifest, type PatchesResult } from "histobook";
import { addCase, asSharp, newStudy, plain, rectangle, tissue } from "../study/pictures.js";

let directory: string;

const at = (file: string) => join(directory, "images", file);

function patches() {
  return makePatches(openStudy(directory), { scale: 1, perImage: 4, workers: 2 });
}

/** How many patches each patient has. */
function patchesOfPatients(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const file of readdirSync(join(directory, "subs"))) {
    const [patient] = file.split("_");
    counts[patient] = (counts[patient] ?? 0) + 1;
  }
  return counts;
}

describe("bad images among good ones", () => {
  const mask = rectangle(64, 64, [16, 16, 40, 40]);
  let results: PatchesResult[];

  beforeAll(async () => {
    directory = newStudy();
    await addCase(directory, "good_1");
    await addCase(directory, "corrupt_1");
    writeFileSync(at("corrupt_1.tif"), Buffer.concat([Buffer.from("II*\0"), Buffer.alloc(400, 0xab)]));
    await addCase(directory, "short_1");
    const image = readFileSync(at("short_1.tif"));
    writeFileSync(at("short_1.tif"), image.subarray(0, Math.floor(image.length * 0.6)));
    await addCase(directory, "shortmask_1");
    const png = readFileSync(at("shortmask_1_mask.png"));
    writeFileSync(at("shortmask_1_mask.png"), png.subarray(0, png.length - 30));
    mkdirSync(at("folder_1.tif"));
    await asSharp(mask).png().toFile(at("folder_1_mask.png"));
    await addCase(directory, "size_1", tissue(64, 64), rectangle(32, 64, [4, 4, 20, 20]));
    await addCase(directory, "nomask_1", tissue(64, 64), null);
    await addCase(directory, "white_1", plain(64, 64, 250));
    await addCase(directory, "empty_1", tissue(64, 64), rectangle(64, 64, [0, 0, 0, 0]));
    await addCase(directory, "noname");
    await addCase(directory, "small_1", tissue(31, 64), rectangle(31, 64, [4, 4, 20, 20]));
    // A second run must know them as well as the first.
    results = [await patches(), await patches()];
  });

  test("stop no good one, and give no patch themselves", () => {
    for (const { images } of results) expect(images).toBe(1);
    expect(patchesOfPatients()).toEqual({ good: 18 });
  });

  test("are each named once, in a first run and in a second", () => {
    const files = "corrupt_1 empty_1 folder_1 nomask_1 noname short_1 shortmask_1 size_1 small_1 white_1";
    for (const { skipped } of results) {
      expect(skipped.map(({ file }) => file)).toEqual(files.split(" ").map((name) => at(`${name}.tif`)));
    }
    expect(results[1].skipped).toEqual(results[0].skipped);
  });

  test.each([
    [
      "the TIFF is corrupt",
      "corrupt_1",
      "corrupt_1.tif: found a file that can't be decoded, expected a whole",
    ],
    ["the file is cut short", "short_1", "expected a whole TIFF, PNG or JPEG image; export the image again."],
    [
      "the mask is cut short",
      "shortmask_1",
      "shortmask_1_mask.png: found a file that can't be decoded, expected a whole",
    ],
    ["it is a folder", "folder_1", "folder_1.tif: found a folder where a file should be"],
    [
      "the mask has another size",
      "size_1",
      "size_1_mask.png: found a mask of 32 x 64 pixels, expected 64 x 64 as its image; export the mask at the image's size.",
    ],
    [
      "the mask is missing",
      "nomask_1",
      "nomask_1.tif: found no nomask_1_mask.png beside it, expected a mask in which white is epithelium; add the mask or move the image away.",
    ],
    [
      "the image is all white",
      "white_1",
      "white_1.tif: found only white where the mask says epithelium, expected stained tissue; check that image and mask belong together.",
    ],
    [
      "the mask is empty",
      "empty_1",
      "empty_1_mask.png: found no white pixel, expected epithelium marked in white; mark it, or move the image away.",
    ],
    [
      "the name has no underscore",
      "noname",
      "noname.tif: found no underscore in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.",
    ],
    [
      "the image is smaller than a patch",
      "small_1",
      "small_1.tif: found 31 x 64 pixels at scale 1, expected at least one patch of 32 x 32; use a larger image, or a smaller --size.",
    ],
  ])("say it in one sentence when %s", (_, name, sentence) => {
    const skipped = results[0].skipped.find(({ file }) => file === at(`${name}.tif`));
    expect(skipped?.reason).toContain(sentence);
    expect(skipped?.reason).toMatch(/^[^\n]*\.$/);
  });
});

test("images of 16 bits, in RGBA, with a palette, in grey and as large as a patch are used as any other", async () => {
  directory = newStudy();
  const deep = Uint16Array.from(tissue(64, 64).data, (value) => value * 257);
  writeFileSync(at("deep_1.png"), encode({ width: 64, height: 64, channels: 3, depth: 16, data: deep }));
  await asSharp(tissue(64, 64)).ensureAlpha(1).tiff({ compression: "lzw" }).toFile(at("rgba_1.tif"));
  await asSharp(tissue(64, 64)).png({ palette: true }).toFile(at("palette_1.png"));
  await asSharp(tissue(64, 64)).greyscale().tiff({ compression: "lzw" }).toFile(at("grey_1.tif"));
  for (const name of ["deep", "rgba", "palette", "grey"]) {
    await asSharp(rectangle(64, 64, [16, 16, 40, 40]))
      .png()
      .toFile(at(`${name}_1_mask.png`));
  }
  await addCase(directory, "exact_1", tissue(32, 32), rectangle(32, 32, [8, 8, 20, 20]));
  expect((await patches()).skipped).toEqual([]);
  expect(patchesOfPatients()).toEqual({ deep: 18, rgba: 18, palette: 18, grey: 18, exact: 18 });
});

describe("the step stops with one sentence when", () => {
  beforeEach(async () => {
    directory = newStudy();
    await addCase(directory, "good_1");
  });

  test("no image at all can be used, and names the first few reasons", async () => {
    directory = newStudy();
    await addCase(directory, "bad_1", tissue(64, 64), null);
    await addCase(directory, "bad_2", tissue(64, 64), rectangle(64, 64, [0, 0, 0, 0]));
    const error: unknown = await patches().catch((caught: unknown) => caught);
    expect(isHistobookError(error, "BadInput")).toBe(true);
    expect(String(error)).toContain(`${join(directory, "images")}: found no image that gives patches: `);
    expect(String(error)).toContain("found no bad_1_mask.png beside it");
    expect(String(error)).toContain("bad_2_mask.png: found no white pixel");
    expect(readManifest(directory).patches).toBeNull();
  });

  test("a file stands where subs/ should be made", async () => {
    writeFileSync(join(directory, "subs"), "");
    await expect(patches()).rejects.toThrow(
      `${join(directory, "subs")}: found a file where a folder should be, expected a place to write to; choose another folder or change its permissions.`,
    );
  });

  test("a patch can't be written, although that is no image's fault", async () => {
    mkdirSync(join(directory, "subs", "good_1_0_b_1_0.png", "in-the-way"), { recursive: true });
    const error: unknown = await patches().catch((caught: unknown) => caught);
    expect(isHistobookError(error, "BadInput")).toBe(true);
    expect(String(error)).toContain("good_1_0_b_1_0.png: found a folder where a file should be");
  });
});
