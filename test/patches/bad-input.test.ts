import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encode } from "fast-png";
import { beforeEach, describe, expect, test } from "vitest";
import { isHistobookError, makePatches, openStudy, readManifest } from "histobook";
import { addCase, asSharp, newStudy, plain, rectangle, tissue } from "../study/pictures.js";

let directory: string;

beforeEach(async () => {
  directory = newStudy();
  // The good image that no bad one may stop.
  await addCase(directory, "good_1");
});

const at = (file: string) => join(directory, "images", file);

function patches() {
  return makePatches(openStudy(directory), { scale: 1, perImage: 4, workers: 2 });
}

/** Every patch of the good image is there, and those of no image beside the ones named. */
function expectGood(...others: string[]) {
  const patients = new Set(readdirSync(join(directory, "subs")).map((file) => file.split("_")[0]));
  expect([...patients].sort()).toEqual(["good", ...others].sort());
  expect(readdirSync(join(directory, "subs")).filter((file) => file.startsWith("good"))).toHaveLength(18);
}

describe("one bad image is named, and the others are done, when", () => {
  async function expectSkipped(file: string, sentence: string) {
    const { skipped, images } = await patches();
    expect(skipped).toHaveLength(1);
    expect(skipped[0].file).toBe(at(file));
    expect(skipped[0].reason).toContain(sentence);
    expect(images).toBe(1);
    expectGood();
    // A second run knows it as well as the first.
    expect((await patches()).skipped).toEqual(skipped);
  }

  test("its TIFF is corrupt", async () => {
    await addCase(directory, "bad_1");
    writeFileSync(at("bad_1.tif"), Buffer.concat([Buffer.from("II*\0"), Buffer.alloc(400, 0xab)]));
    await expectSkipped("bad_1.tif", `${at("bad_1.tif")}: found a file that can't be decoded (`);
  });

  test("its file is cut short", async () => {
    await addCase(directory, "bad_1");
    const whole = readFileSync(at("bad_1.tif"));
    writeFileSync(at("bad_1.tif"), whole.subarray(0, Math.floor(whole.length * 0.6)));
    await expectSkipped("bad_1.tif", "expected a whole TIFF, PNG or JPEG image; export the image again.");
  });

  test("its mask is cut short", async () => {
    await addCase(directory, "bad_1");
    const whole = readFileSync(at("bad_1_mask.png"));
    writeFileSync(at("bad_1_mask.png"), whole.subarray(0, whole.length - 30));
    await expectSkipped("bad_1.tif", `${at("bad_1_mask.png")}: found a file that can't be decoded (`);
  });

  test("it is a folder", async () => {
    await addCase(directory, "good_1");
    mkdirSync(at("bad_1.tif"));
    await asSharp(rectangle(64, 64, [1, 1, 9, 9]))
      .png()
      .toFile(at("bad_1_mask.png"));
    await expectSkipped("bad_1.tif", `${at("bad_1.tif")}: found a file that can't be read (EISDIR`);
  });

  test("its mask has another size", async () => {
    await addCase(directory, "bad_1", tissue(64, 64), rectangle(32, 64, [4, 4, 20, 20]));
    await expectSkipped(
      "bad_1.tif",
      `${at("bad_1_mask.png")}: found a mask of 32 x 64 pixels, expected 64 x 64 as its image; export the mask at the image's size.`,
    );
  });

  test("its mask is missing", async () => {
    await addCase(directory, "bad_1", tissue(64, 64), null);
    await expectSkipped(
      "bad_1.tif",
      `${at("bad_1.tif")}: found no bad_1_mask.png beside it, expected a mask in which white is epithelium; add the mask or move the image away.`,
    );
  });

  test("it is all white", async () => {
    await addCase(directory, "bad_1", plain(64, 64, 250));
    await expectSkipped(
      "bad_1.tif",
      `${at("bad_1.tif")}: found only white where the mask says epithelium, expected stained tissue; check that image and mask belong together.`,
    );
  });

  test("its mask is empty", async () => {
    await addCase(directory, "bad_1", tissue(64, 64), rectangle(64, 64, [0, 0, 0, 0]));
    await expectSkipped(
      "bad_1.tif",
      `${at("bad_1_mask.png")}: found no white pixel, expected epithelium marked in white; mark it, or move the image away.`,
    );
  });

  test("its name has no underscore", async () => {
    await addCase(directory, "bad");
    await expectSkipped(
      "bad.tif",
      `${at("bad.tif")}: found no underscore in the name, expected PATIENT_IMAGE as in 8918_00007.tif; rename the file.`,
    );
  });

  test("it is smaller than a patch", async () => {
    await addCase(directory, "bad_1", tissue(31, 64), rectangle(31, 64, [4, 4, 20, 20]));
    await expectSkipped(
      "bad_1.tif",
      `${at("bad_1.tif")}: found 31 x 64 pixels at scale 1, expected at least one patch of 32 x 32; use a larger image, or a smaller --size.`,
    );
  });
});

describe("an image is used as any other when", () => {
  beforeEach(async () => {
    await asSharp(rectangle(64, 64, [16, 16, 40, 40]))
      .png()
      .toFile(at("odd_1_mask.png"));
  });

  async function expectUsed() {
    expect((await patches()).skipped).toEqual([]);
    expectGood("odd");
  }

  test("it has 16 bits a channel", async () => {
    const data = Uint16Array.from(tissue(64, 64).data, (value) => value * 257);
    writeFileSync(at("odd_1.png"), encode({ width: 64, height: 64, channels: 3, depth: 16, data }));
    await expectUsed();
  });

  test("it is RGBA", async () => {
    await asSharp(tissue(64, 64)).ensureAlpha(1).tiff({ compression: "lzw" }).toFile(at("odd_1.tif"));
    await expectUsed();
  });

  test("it has a palette", async () => {
    await asSharp(tissue(64, 64)).png({ palette: true }).toFile(at("odd_1.png"));
    await expectUsed();
  });

  test("it is greyscale", async () => {
    await asSharp(tissue(64, 64)).greyscale().tiff({ compression: "lzw" }).toFile(at("odd_1.tif"));
    await expectUsed();
  });

  test("it is exactly as large as a patch", async () => {
    await asSharp(tissue(32, 32)).png().toFile(at("odd_1.png"));
    await asSharp(rectangle(32, 32, [8, 8, 20, 20]))
      .png()
      .toFile(at("odd_1_mask.png"));
    await expectUsed();
  });
});

describe("the step stops with one sentence when", () => {
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
